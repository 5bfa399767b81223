import { createHash } from "node:crypto";
import type { Contents } from "./moves.ts";
import type { Sides } from "./sides.ts";

export interface FileMove {
  by: "local" | "upstream";
  from: string;
  to: string;
}

/**
 * Finds files without resources that one side moved, and shows them to the merge as if they had been there before.
 * Only a file that was moved byte for byte counts, and only where no other could be meant. Edits the contents.
 */
export function followFileMoves(sides: Sides<Contents>): FileMove[] {
  return [...movesOf("local", sides), ...movesOf("upstream", sides)];
}

function movesOf(by: "local" | "upstream", sides: Sides<Contents>): FileMove[] {
  const { base } = sides;
  const other = by === "local" ? sides.upstream : sides.local;
  const moves: FileMove[] = [];
  for (const [from, to] of pairs(onlyIn(base, sides[by]), onlyIn(sides[by], base))) {
    const content = other.get(from);
    if (content === undefined || other.has(to)) continue;
    other.set(to, content);
    other.delete(from);
    base.set(to, base.get(from) ?? content);
    base.delete(from);
    moves.push({ by, from, to });
  }
  return moves;
}

/** Files of one side that the other doesn't have. Empty ones are all alike, so they prove nothing. */
function onlyIn(side: Contents, other: Contents): [path: string, content: Buffer][] {
  return [...side].filter(([path, content]) => content.length > 0 && !other.has(path));
}

/** Old and new path of files with one content, which has to be unique, if need be together with the name. */
function pairs(
  gone: readonly [string, Buffer][],
  fresh: readonly [string, Buffer][],
): [from: string, to: string][] {
  if (gone.length === 0 || fresh.length === 0) return [];
  const byContent = ([, content]: [string, Buffer]): string =>
    createHash("sha256").update(content).digest("hex");
  const byName = (file: [string, Buffer]): string =>
    `${byContent(file)} ${file[0].slice(file[0].lastIndexOf("/") + 1)}`;
  const found = new Map<string, string>();
  const taken = new Set<string>();
  for (const keyOf of [byContent, byName]) {
    const targets = unique(fresh, keyOf);
    for (const [key, from] of unique(gone, keyOf)) {
      const to = targets.get(key);
      if (to === undefined || found.has(from) || taken.has(to)) continue;
      found.set(from, to);
      taken.add(to);
    }
  }
  return [...found];
}

function unique(
  files: readonly [string, Buffer][],
  keyOf: (file: [string, Buffer]) => string,
): Map<string, string> {
  const found = new Map<string, string | undefined>();
  for (const file of files) {
    const key = keyOf(file);
    found.set(key, found.has(key) ? undefined : file[0]);
  }
  return new Map([...found].flatMap(([key, path]) => (path === undefined ? [] : [[key, path]])));
}
