import { IgnoreRules, parseIgnore } from "../package/ignore.ts";
import type { FileMap } from "./draft.ts";

/** What the `.krmignore` of one package hides from being read as resources. */
export class IgnoredPaths {
  readonly #rules: IgnoreRules;
  readonly #folder: string;

  constructor(files: FileMap, folder: string) {
    this.#folder = folder;
    const path = folder === "" ? ".krmignore" : `${folder}/.krmignore`;
    const file = files.get(path);
    this.#rules = file === undefined ? IgnoreRules.none : parseIgnore(file.content.toString("utf8"), path);
  }

  has(path: string): boolean {
    if (this.#rules === IgnoreRules.none) return false;
    const own = this.#folder === "" ? path : path.slice(this.#folder.length + 1);
    for (let end = own.indexOf("/"); end >= 0; end = own.indexOf("/", end + 1)) {
      if (this.#rules.ignores(own.slice(0, end), true)) return true;
    }
    return this.#rules.ignores(own, false);
  }
}
