import { isUtf8 } from "node:buffer";
import type { YamlFile } from "../core/yaml/file.ts";
import { parseYaml } from "../core/yaml/parse.ts";
import { type Known, knownDocuments } from "./match.ts";
import type { Sides } from "./sides.ts";

/** Contents of the YAML files of one package, by path. */
export type Contents = Map<string, Buffer>;

export interface Move {
  by: "local" | "upstream";
  /** The resource, for people. */
  object: string;
  from: string;
  to: string;
}

/**
 * Finds resources that one side moved to another file, and shows them to the merge as if they had been there before:
 * a resource that was moved here keeps getting upstream's changes, one that upstream moved takes the local changes
 * along. Edits the contents; a resource counts as moved only if there is one that it can be.
 */
export function followMoves(sides: Sides<Contents>): Move[] {
  return [...movesOf("local", sides), ...movesOf("upstream", sides)];
}

function movesOf(by: "local" | "upstream", sides: Sides<Contents>): Move[] {
  const { base } = sides;
  const side = sides[by];
  const left = [...base.keys()].filter(
    path => countDocuments(side.get(path)) < countDocuments(base.get(path)),
  );
  const entered = [...side.keys()].filter(
    path => countDocuments(side.get(path)) > countDocuments(base.get(path)),
  );
  if (left.length === 0 || entered.length === 0) return [];
  const gone = onlyIn(base, side, left);
  const fresh = onlyIn(side, base, entered);
  const other = by === "local" ? sides.upstream : sides.local;
  const moves: Move[] = [];
  for (const [key, home] of gone) {
    const target = fresh.get(key);
    if (home === undefined || target === undefined || home.path === target.path) continue;
    relocate(base, key, home.path, target.path);
    relocate(other, key, home.path, target.path);
    moves.push({ by, object: home.shown, from: home.path, to: target.path });
  }
  return moves;
}

/** Good enough to choose the files that are worth parsing. */
function countDocuments(content: Buffer | undefined): number {
  if (content === undefined) return 0;
  let count = 1;
  for (let at = content.indexOf("\n---"); at >= 0; at = content.indexOf("\n---", at + 4)) count++;
  return count;
}

/** Resources that some files of one side hold and the same files of the other don't; undefined where it is not one. */
function onlyIn(
  side: Contents,
  other: Contents,
  paths: readonly string[],
): Map<string, { path: string; shown: string } | undefined> {
  const found = new Map<string, { path: string; shown: string } | undefined>();
  for (const path of paths) {
    const there = new Set(read(other, path)?.known.map(({ key }) => key));
    for (const { key, shown } of read(side, path)?.known ?? []) {
      if (shown === undefined || there.has(key)) continue;
      found.set(key, found.has(key) ? undefined : { path, shown });
    }
  }
  return found;
}

function read(contents: Contents, path: string): { file: YamlFile; known: Known[] } | undefined {
  const content = contents.get(path);
  if (content === undefined || !isUtf8(content)) return undefined;
  try {
    const file = parseYaml(content.toString("utf8"), { file: path });
    return { file, known: knownDocuments(file, path, "local") };
  } catch {
    // Whoever merges the file says what is wrong with it.
    return undefined;
  }
}

/** Moves a resource from one file to another, if it is in the first and not in the second. */
function relocate(contents: Contents, key: string, from: string, to: string): void {
  const source = read(contents, from);
  const document = source?.known.find(known => known.key === key)?.document;
  if (source === undefined || document?.root?.kind !== "map") return;
  const target = read(contents, to) ?? (contents.has(to) ? undefined : { file: parseYaml(""), known: [] });
  if (target === undefined || target.known.some(known => known.key === key)) return;
  target.file.append(document.root.clone());
  source.file.remove(document);
  contents.set(to, Buffer.from(target.file.toString()));
  if (source.known.length > 1) contents.set(from, Buffer.from(source.file.toString()));
  else contents.delete(from);
}
