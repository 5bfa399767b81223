import { existsSync, mkdirSync, rmdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { errnoOf } from "./io-error.ts";

/** Makes a folder, and does something with it; if that fails, the folder goes again, unless there is something in it. */
export function inNewFolder(path: string, work: () => void): void {
  makeFolder(path);
  try {
    work();
  } catch (error) {
    try {
      rmdirSync(path);
    } catch {
      // somebody uses it already
    }
    throw error;
  }
}

/**
 * Makes a folder and those above it that are missing. Node's own `recursive` never ends where the system says
 * that a name does not exist although its parent does, as below /proc.
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const code = errnoOf(error);
    if (code === "EEXIST" && statSync(path).isDirectory()) return;
    if (code !== "ENOENT" || existsSync(dirname(path))) throw error;
    makeFolder(dirname(path));
    mkdirSync(path);
  }
}
