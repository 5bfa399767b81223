import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { devNull } from "node:os";
import { KptError } from "../core/error.ts";
import { ioError } from "./io-error.ts";

const limitBytes = 16 * 2 ** 20;
const pieceBytes = 64 * 2 ** 10;

/**
 * Reads a file that the user's settings name, such as a configuration or a certificate. Devices and pipes are
 * refused, because they may have no end or no writer; the null device is an empty file.
 */
export function readSmallFile(path: string): Buffer {
  if (path === devNull) return Buffer.alloc(0);
  let file: number | undefined;
  try {
    // Without this flag opening a pipe waits for its writer.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const status = fstatSync(file);
    if (status.isDirectory()) throw new KptError("IO", `read ${path}: is a directory`);
    if (!status.isFile()) throw new KptError("IO", `read ${path}: not a regular file`);
    // The size that the system names is no promise: some files have none, others grow.
    const pieces: Buffer[] = [];
    for (let size = 0; ; ) {
      const piece = Buffer.allocUnsafe(pieceBytes);
      const count = readSync(file, piece);
      if (count === 0) return Buffer.concat(pieces);
      size += count;
      if (size > limitBytes) {
        throw new KptError("IO", `read ${path}: larger than ${limitBytes / 2 ** 20} MiB`);
      }
      pieces.push(piece.subarray(0, count));
    }
  } catch (thrown) {
    throw ioError("open", path, thrown);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
