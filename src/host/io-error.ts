import { type ErrorFacts, KptError } from "../core/error.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  ENOTDIR: "not a directory",
  EISDIR: "is a directory",
  EEXIST: "file exists",
  ENOTEMPTY: "directory not empty",
  ENOSPC: "no space left on device",
  EROFS: "read-only file system",
  ELOOP: "too many levels of symbolic links",
  ENAMETOOLONG: "file name too long",
  EMFILE: "too many open files",
  EXDEV: "invalid cross-device link",
};

/** The system's own words for a failed file operation, as Go prints them. */
export function reasonOf(thrown: unknown): string {
  const code = errnoOf(thrown);
  if (code !== undefined && reasons[code] !== undefined) return reasons[code];
  return thrown instanceof Error ? thrown.message : String(thrown);
}

export function errnoOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string"
    ? thrown.code
    : undefined;
}

/** A failed file operation as an error for the user: `open a/b.yaml: permission denied`. */
export function ioError(verb: string, path: string, thrown: unknown, facts: ErrorFacts = {}): KptError {
  if (thrown instanceof KptError) return thrown;
  const code =
    errnoOf(thrown) === "ENOENT" ? "NOT_FOUND" : errnoOf(thrown) === "EEXIST" ? "ALREADY_EXISTS" : "IO";
  return new KptError(code, `${verb} ${path}: ${reasonOf(thrown)}`, { cause: thrown, ...facts });
}
