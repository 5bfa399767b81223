import { isUtf8 } from "node:buffer";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { KptError } from "../core/error.ts";
import { ioError } from "./io-error.ts";
import { stagingName } from "./staging.ts";

/** Reads a text file whole. Throws for what is missing, unreadable or not UTF-8. */
export function readTextFile(path: string, shown = path): string {
  let bytes: Buffer;
  try {
    const status = statSync(path);
    if (status.isCharacterDevice() || status.isBlockDevice()) {
      throw new KptError("IO", `open ${shown}: is a device`);
    }
    bytes = readFileSync(path);
  } catch (error) {
    throw ioError("open", shown, error);
  }
  if (!isUtf8(bytes)) {
    throw new KptError("YAML_SYNTAX", `${shown}: the file is not valid UTF-8`, { place: { file: shown } });
  }
  return bytes.toString("utf8");
}

/** Writes one file so that readers see the old or the new content, never a part. Makes missing folders. */
export function writeFileAtomically(path: string, content: string | Uint8Array, mode?: number): void {
  const absolute = resolve(path);
  try {
    mkdirSync(dirname(absolute), { recursive: true });
  } catch (error) {
    throw ioError("mkdir", dirname(path), error);
  }
  const target = existsSync(absolute) ? realpathSync(absolute) : absolute;
  const draft = join(dirname(target), `${stagingName()}${Math.random().toString(36).slice(2, 10)}`);
  try {
    const bits = mode ?? modeOf(target);
    // From the start, as nobody may read what is secret, not even for a moment.
    writeFileSync(draft, content, { flag: "wx", ...(bits === undefined ? {} : { mode: bits | 0o200 }) });
    if (bits !== undefined) chmodSync(draft, bits);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw ioError("write", path, error);
  }
}

function modeOf(path: string): number | undefined {
  const status = statSync(path, { throwIfNoEntry: false });
  return status === undefined ? undefined : status.mode & 0o7777;
}
