import type { YamlNode } from "./node.ts";

/** Edits `original` as little as possible so that it means what `desired` means. */
export function reconcile(_original: YamlNode, _desired: YamlNode): void {
  throw new Error("not built yet");
}
