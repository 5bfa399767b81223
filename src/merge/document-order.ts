import type { YamlDocument, YamlFile } from "../core/yaml/file.ts";
import type { Known, Matched } from "./match.ts";

interface Placed {
  known: Known;
  document: YamlDocument | undefined;
  position: number;
  /** Ties: what upstream knew before, what it adds, what is local. */
  rank: number;
}

/**
 * Puts new documents where upstream has them, and moves those that moved upstream. The position of a document in its
 * file is merged like any other value: upstream's if it changed there, else the local one. Spec: pkg 5.7.
 */
export function placeDocuments(file: YamlFile, matches: readonly Matched[], added: readonly Known[]): void {
  const isNew = new Set(added);
  const placed: Placed[] = [];
  const left = new Set(file.documents);
  for (const { base, upstream, local } of matches) {
    if (local !== undefined) {
      if (!left.has(local.document)) continue;
      const moved = upstream !== undefined && base !== undefined && upstream.index !== base.index;
      const position = moved ? upstream.index : local.index;
      placed.push({ known: local, document: local.document, position, rank: base === undefined ? 2 : 0 });
    } else if (upstream !== undefined && isNew.has(upstream)) {
      placed.push({ known: upstream, document: undefined, position: upstream.index, rank: 1 });
    }
  }
  placed.sort((a, b) => a.position - b.position || a.rank - b.rank);
  arrange(file, placed);
}

function arrange(file: YamlFile, wanted: readonly Placed[]): void {
  const before = file.documents.filter(({ root }) => root !== undefined);
  const kept = wanted.flatMap(({ document }) => (document === undefined ? [] : [document]));
  const inOrder = kept.every((document, at) => document === before[at]);
  if (inOrder && kept.length === wanted.length) return;
  if (inOrder) insertNew(file, wanted);
  else arrangeAll(file, wanted);
}

/** What is there stays where it is. */
function insertNew(file: YamlFile, wanted: readonly Placed[]): void {
  let next = 0;
  for (const { known, document } of wanted) {
    if (document === undefined) insert(file, next, known.document);
    else while (file.documents[next] !== document && next < file.documents.length) next++;
    next++;
  }
}

function arrangeAll(file: YamlFile, wanted: readonly Placed[]): void {
  let next = 0;
  for (const { known, document } of wanted) {
    if (document === undefined) insert(file, next, known.document);
    else if (file.documents[next] !== document) {
      file.remove(document);
      insert(file, next, document);
    }
    next++;
  }
}

function insert(file: YamlFile, at: number, { root }: YamlDocument): void {
  if (root !== undefined) file.insert(at, root.clone());
}
