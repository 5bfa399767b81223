import type { ResourceList } from "../core/resource-list.ts";

/** How a function is called; the runtime fills it in. */
export interface FunctionCall {
  /** The tag of the image that was asked for, such as `v0.2.0`; some functions behave after it. */
  tag: string;
  /** A line for whoever debugs the function; what a program would print on its stderr. */
  log(text: string): void;
}

/** A function of the catalogue that runs in this process: pure, on the nodes of the items. */
export interface CatalogFunction {
  readonly name: string;
  /** Edits the list. Throws FunctionError where the function fails. */
  run(list: ResourceList, call: FunctionCall): void | Promise<void>;
}

/** Whether a tag names a release before the given one. `latest`, digests and the like count as newest. */
export function isBefore(tag: string, major: number, minor: number, patch = 0): boolean {
  const found = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?$/.exec(tag);
  if (found === null) return false;
  // A floating tag such as v0.4 stands for the last patch of its line.
  const [, a = "0", b = "9999", c = "9999"] = found;
  const parts = [Number(a), Number(b), Number(c)] as const;
  const wanted = [major, minor, patch] as const;
  for (const i of [0, 1, 2] as const) {
    if (parts[i] !== wanted[i]) return parts[i] < wanted[i];
  }
  return false;
}
