import { type Stats, statSync } from "node:fs";
import { errnoOf, ioError } from "./io-error.ts";

/** What is at a path, links followed. Undefined where nothing is, also where a file stands in the way. */
export function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (errnoOf(error) === "ENOTDIR" || errnoOf(error) === "ELOOP") return undefined;
    throw ioError("stat", path, error, { label: "Error" });
  }
}
