import { KptError } from "../core/error.ts";

/** Divides `PKG_PATH[@VERSION]`; either part may be missing. */
export function splitVersion(argument: string): { path: string; version: string | undefined } {
  const [path = "", version, ...more] = argument.split("@");
  if (more.length > 0) throw new KptError("USAGE", "at most 1 version permitted");
  return { path: path || ".", version: version || undefined };
}
