import type { MapNode, SeqNode, YamlNode } from "./node.ts";
import type { SourceNode } from "./region.ts";
import { hasSource, isBlockCollection, leadStart, sourceColumn, tailEnd } from "./region.ts";
import { materialize, type Trivia } from "./trivia.ts";

/** The comments of an entry or item: lines that begin with `#`. In flow collections there are none to set. */
export class ItemComments {
  readonly #collection: MapNode | SeqNode;
  readonly #trivia: Trivia | undefined;

  /** `collection` must be materialized: its trivia are of no use before. */
  constructor(collection: MapNode | SeqNode, trivia: Trivia | undefined) {
    this.#collection = collection;
    this.#trivia = trivia;
  }

  /** Directly above. */
  get head(): string | undefined {
    return bare(this.#trivia?.head);
  }
  set head(text: string | undefined) {
    if (text !== this.head) this.#edit((it, indent) => Object.assign(it, { head: asLines(text, indent) }));
  }
  /** All comment lines above, those included that blank lines part from the item, with the blank lines between. */
  get above(): string | undefined {
    return linesAbove(this.#trivia);
  }
  set above(text: string | undefined) {
    if (text !== this.above) {
      this.#edit((it, indent) => Object.assign(it, asLinesAbove(text, indent, it.gap)));
    }
  }
  /** Behind the value, on its last line. */
  get line(): string | undefined {
    return this.#trivia?.line?.trim();
  }
  set line(text: string | undefined) {
    if (text !== this.line) {
      this.#edit(it => Object.assign(it, { line: asRemark(text), isRemarked: true }));
    }
  }
  /** Directly below, where a blank line parts it from what follows. */
  get foot(): string | undefined {
    return bare(this.#trivia?.foot);
  }
  set foot(text: string | undefined) {
    if (text !== this.foot) this.#edit((it, indent) => Object.assign(it, { foot: asLines(text, indent) }));
  }
  /** On the line of the dash or key when the value stands on the lines below. */
  get key(): string | undefined {
    return this.#trivia?.key?.trim();
  }
  set key(text: string | undefined) {
    if (text !== this.key) {
      this.#edit(it => Object.assign(it, { key: asRemark(text), isRemarked: true }));
    }
  }

  #edit(apply: (trivia: Trivia, indent: string) => void): void {
    const collection = this.#collection;
    if (this.#trivia === undefined || collection.flow) return;
    apply(this.#trivia, " ".repeat(sourceColumn(collection)));
    collection.restructured = true;
    collection.touch();
  }
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

/** All comment lines at and below a node, wherever they stand: blank lines between them come and go. */
export function remarksIn(root: YamlNode): Set<string> {
  const found = new Set<string>();
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.kind !== "map" && node.kind !== "seq") continue;
    for (const line of remarksOf(node)) found.add(line);
    const children = node.kind === "map" ? node.entries.map(({ value }) => value) : node.items;
    for (const child of children) pending.push(child);
  }
  return found;
}

/** Every comment line around the entries of a collection. */
function remarksOf(collection: MapNode | SeqNode): string[] {
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
