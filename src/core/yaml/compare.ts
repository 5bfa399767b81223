import type { YamlNode } from "./node.ts";

/** Whether two nodes mean the same, however they are spelled. */
export function equalByValue(_a: YamlNode | undefined, _b: YamlNode | undefined): boolean {
  throw new Error("not built yet");
}
