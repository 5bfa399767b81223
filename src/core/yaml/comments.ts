import type { MapNode, SeqNode, YamlNode } from "./node.ts";
import type { SourceNode } from "./region.ts";
import { hasSource, isBlockCollection, leadStart, sourceColumn, tailEnd } from "./region.ts";
import { materialize, type Trivia } from "./trivia.ts";

/** The comments of an item of a sequence: lines that begin with `#`. */
export interface ItemComments {
  /** Comment lines directly above. */
  head: string | undefined;
  /** All comment lines above, those included that blank lines part from the item, with the blank lines between. */
  above: string | undefined;
  /** Behind the value, on its last line. */
  line: string | undefined;
  /** Comment lines directly below that a blank line parts from what follows. */
  foot: string | undefined;
  /** On the line of the dash or key when the value stands on the lines below. */
  key: string | undefined;
}

/** The comments of one item, to read and to set; in flow collections there are none to set. */
export function commentView(collection: MapNode | SeqNode, find: () => Trivia | undefined): ItemComments {
  materialize(collection);
  const trivia = find();
  const indent = " ".repeat(sourceColumn(collection));
  const edit = (apply: (trivia: Trivia) => void): void => {
    if (trivia === undefined || collection.flow) return;
    apply(trivia);
    collection.restructured = true;
    collection.touch();
  };
  return {
    get head() {
      return bare(trivia?.head);
    },
    set head(text) {
      if (text !== bare(trivia?.head)) edit(it => Object.assign(it, { head: asLines(text, indent) }));
    },
    get above() {
      return linesAbove(trivia);
    },
    set above(text) {
      if (text !== linesAbove(trivia)) edit(it => Object.assign(it, asLinesAbove(text, indent, it.gap)));
    },
    get foot() {
      return bare(trivia?.foot);
    },
    set foot(text) {
      if (text !== bare(trivia?.foot)) edit(it => Object.assign(it, { foot: asLines(text, indent) }));
    },
    get line() {
      return trivia?.line?.trim();
    },
    set line(text) {
      if (text !== trivia?.line?.trim())
        edit(it => Object.assign(it, { line: asRemark(text), isRemarked: true }));
    },
    get key() {
      return trivia?.key?.trim();
    },
    set key(text) {
      if (text !== trivia?.key?.trim())
        edit(it => Object.assign(it, { key: asRemark(text), isRemarked: true }));
    },
  };
}

/** A comment of an entry or item, as people read it; cheaper than a view. */
export function readComment(trivia: Trivia | undefined, name: keyof ItemComments): string | undefined {
  if (name === "above") return linesAbove(trivia);
  const text = trivia?.[name];
  return name === "head" || name === "foot" ? bare(text) : text?.trim();
}

/**
 * Whether no comment differs inside two values. Judged by their text alone, so any other difference counts too.
 */
export function hasSameComments(a: YamlNode | undefined, b: YamlNode | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  if (!isBlockCollection(a) && !isBlockCollection(b)) return true;
  if (a.kind !== b.kind || a.changed || b.changed || !hasSource(a) || !hasSource(b)) return false;
  return regionText(a) === regionText(b);
}

function regionText(node: SourceNode): string {
  return node.source.text.slice(leadStart(node.source, node.start), tailEnd(node));
}

/** Every comment line around the entries of a collection. */
export function remarksOf(collection: MapNode | SeqNode): string[] {
  materialize(collection);
  const all = collection.kind === "seq" ? (collection.trivia ?? []) : collection.entries.map(it => it.trivia);
  const texts = all.flatMap(it => (it === undefined ? [] : [it.gap, it.head, it.foot, it.line, it.key]));
  return [...texts, collection.flow ? undefined : collection.tail].flatMap(text =>
    (text ?? "")
      .split("\n")
      .map(line => line.trim())
      .filter(line => line !== ""),
  );
}

function linesAbove(trivia: Trivia | undefined): string | undefined {
  const text = (trivia?.gap ?? "") + (trivia?.head ?? "");
  return text.includes("#") ? bare(text)?.replace(/^\n+/, "") : undefined;
}

/** Shares lines out between gap and head comment; the blank lines above them stay as they are. */
function asLinesAbove(
  text: string | undefined,
  indent: string,
  gap: string | undefined,
): Pick<Trivia, "gap" | "head"> {
  const lines = text === undefined ? [] : text.split("\n");
  const head = lines.splice(lines.lastIndexOf("") + 1);
  const blank = /^(?:[ \t]*\r?\n)*/.exec(gap ?? "")?.[0] ?? "";
  const remarks = lines.map(line => (line === "" ? "\n" : `${indent}${asComment(line)}\n`)).join("");
  return { gap: blank + remarks || undefined, head: asLines(head.join("\n"), indent) };
}

export function bare(lines: string | undefined): string | undefined {
  return lines
    ?.replace(/\r?\n$/, "")
    .split("\n")
    .map(line => line.trim())
    .join("\n");
}

function asLines(text: string | undefined, indent: string): string | undefined {
  if (text === undefined || text === "") return undefined;
  return text
    .split("\n")
    .map(line => `${indent}${asComment(line)}\n`)
    .join("");
}

function asRemark(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : ` ${asComment(text.replaceAll("\n", " "))}`;
}

function asComment(line: string): string {
  const trimmed = line.trim();
  return trimmed.startsWith("#") ? trimmed : `# ${trimmed}`.trim();
}
