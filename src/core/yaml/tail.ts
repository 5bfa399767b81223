import { bare } from "./comments.ts";
import type { MapNode, SeqNode } from "./node.ts";
import { sourceColumn } from "./region.ts";
import { materialize } from "./trivia.ts";

/** The comments below the last entry that a blank line parts from it, with the blank lines; undefined without any. */
export function remarksBelow(collection: MapNode | SeqNode): string | undefined {
  if (collection.flow) return undefined;
  materialize(collection);
  return collection.tail?.includes("#") ? bare(collection.tail)?.replace(/\n+$/, "") : undefined;
}

/** Sets them in a block collection. */
export function setRemarksBelow(collection: MapNode | SeqNode, text: string | undefined): void {
  if (collection.flow || text === remarksBelow(collection)) return;
  const indent = " ".repeat(sourceColumn(collection));
  const blank = /\n((?:[ \t]*\r?\n)*)$/.exec(collection.tail ?? "")?.[1] ?? "";
  const lines = text === undefined ? [] : text.split("\n");
  collection.tail =
    lines.map(line => (line === "" ? "\n" : `${indent}${line}\n`)).join("") + blank || undefined;
  collection.restructured = true;
  collection.touch();
}
