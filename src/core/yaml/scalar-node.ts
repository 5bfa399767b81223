import { targetOf } from "./alias.ts";
import { inheritTrivia } from "./carried.ts";
import type { MapNode, SeqNode, YamlNode } from "./node.ts";
import { toPlain } from "./plain.ts";
import { chooseStyle, isPlainSpelling, restyle } from "./quote.ts";
import { decodeScalar, scalarType, scalarValue } from "./scalar-text.ts";
import type { SourceText } from "./source.ts";
import type { Trivia } from "./trivia.ts";

/** A plain value that can become a node. */
export type PlainScalar = null | boolean | number | bigint | string;
export type PlainValue =
  | PlainScalar
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue }
  | ReadonlyMap<string, PlainValue>;
export type ScalarStyle = "plain" | "single" | "double" | "literal" | "folded";
/** The type as Go's yaml.v3 resolves it: YAML 1.2 core plus the octal `012` and `1_000` of YAML 1.1. */
export type ScalarType = "null" | "bool" | "int" | "float" | "string";
export type Path = readonly (string | number)[];

/** What holds a root node: it learns of every edit below. */
export interface Owner {
  readonly isOwner: true;
  touched(): void;
}

/** What few nodes have. */
interface Extras {
  tag: string | undefined;
  anchor: string | undefined;
  isRetagged: boolean;
  carried: Partial<Trivia> | undefined;
}

/** What all nodes have in common. */
export abstract class BaseNode {
  /** The collection or document that holds the node. */
  up: MapNode | SeqNode | Owner | undefined;
  /** The text the node was read from; undefined for a new node. */
  readonly source: SourceText | undefined;
  /** Offset of the first character, tag and anchor not included; -1 for a new node. */
  readonly start: number;
  /** Offset behind the last character; of a block collection behind its last value. -1 for a new node. */
  end: number;
  /** Whether the node or something below it differs from its source. */
  changed: boolean;
  #extras: Extras | undefined;

  constructor(source: SourceText | undefined, start: number, end: number) {
    this.up = undefined;
    this.source = source;
    this.start = start;
    this.end = end;
    this.changed = source === undefined;
    this.#extras = undefined;
  }

  /** The collection that holds the node; undefined for the root of a document and for a detached node. */
  get parent(): MapNode | SeqNode | undefined {
    return this.up === undefined || "isOwner" in this.up ? undefined : this.up;
  }

  /** The tag as written (`!!str`, `!local`, `!<uri>`). */
  get tag(): string | undefined {
    return this.#extras?.tag;
  }
  get anchor(): string | undefined {
    return this.#extras?.anchor;
  }

  /** Sets tag and anchor as they stand in the source; for the reader and for copies. */
  setProps(tag: string | undefined, anchor: string | undefined): void {
    if (tag === this.tag && anchor === this.anchor) return;
    const extras = this.#own();
    extras.tag = tag;
    extras.anchor = anchor;
  }

  /** Comments a clone brings along to where it is inserted. */
  get carried(): Partial<Trivia> | undefined {
    return this.#extras?.carried;
  }
  set carried(carried: Partial<Trivia> | undefined) {
    if (carried !== this.carried) this.#own().carried = carried;
  }

  /** Whether the tag differs from the source. */
  get isRetagged(): boolean {
    return this.#extras?.isRetagged ?? false;
  }
  set isRetagged(isRetagged: boolean) {
    if (isRetagged !== this.isRetagged) this.#own().isRetagged = isRetagged;
  }

  #own(): Extras {
    this.#extras ??= { tag: undefined, anchor: undefined, isRetagged: false, carried: undefined };
    return this.#extras;
  }

  /** Takes the tag away, or sets another. */
  retag(tag: string | undefined): void {
    if (tag === this.tag) return;
    this.setProps(tag, this.anchor);
    this.isRetagged = true;
    this.touch();
  }

  /** Line and column in the source, both from 1; line 0 for a new node. */
  position(): { line: number; column: number } {
    return this.source === undefined ? { line: 0, column: 0 } : this.source.position(this.start);
  }

  /** Marks the path to the root as changed. */
  touch(): void {
    this.changed = true;
    let up: MapNode | SeqNode | Owner | undefined = this.up;
    while (up !== undefined) {
      if ("isOwner" in up) {
        up.touched();
        return;
      }
      up.changed = true;
      up = up.up;
    }
  }
}

export class ScalarNode extends BaseNode {
  readonly kind = "scalar";
  #style: ScalarStyle;
  #text: string | undefined;
  /** Indentation of the lines of a block scalar in the source. */
  readonly indent: number;

  constructor(
    source: SourceText | undefined,
    start: number,
    end: number,
    style: ScalarStyle,
    indent: number,
    text?: string,
  ) {
    super(source, start, end);
    this.#style = style;
    this.#text = text;
    this.indent = indent;
  }

  /** How the scalar is spelled; a style that its place doesn't allow is given up when it is printed. */
  get style(): ScalarStyle {
    return this.#style;
  }

  get type(): ScalarType {
    return scalarType(this.text, this.#style, this.tag);
  }

  /** The decoded text. Numbers and booleans as spelled; absent values as the empty text. */
  get text(): string {
    if (this.#text === undefined) {
      this.#text =
        this.source === undefined
          ? ""
          : decodeScalar(this.source.text, this.start, this.end, this.#style, this.indent);
    }
    return this.#text;
  }

  /**
   * Sets the text and keeps the spelling where it allows the text. On a string, and where nothing was, the text
   * stays a string (`5` becomes `"5"`); on a number or boolean it is written plain, whatever type it then has.
   */
  set text(text: string) {
    if (text === this.text) return;
    const type = this.type;
    if (type === "string" || type === "null") this.setValue(text);
    else this.#assign(text, restyle(text, "plain", isPlainSpelling(text)));
  }

  /** Sets a value of any scalar type; without a style the present one is kept where it allows the value. */
  setValue(value: PlainScalar, options: { style?: ScalarStyle } = {}): void {
    if (typeof value === "string") {
      const style = options.style ?? (this.type === "null" ? chooseStyle(value) : this.#style);
      const type = this.tag === undefined ? undefined : this.type;
      if (type !== undefined && type !== "string") this.retag(undefined);
      this.#assign(value, restyle(value, style, this.tag !== undefined));
      return;
    }
    this.retag(undefined);
    this.#assign(scalarSpelling(value), "plain");
  }

  /** Takes over the value of another scalar: numbers as spelled there, strings spelled as here where possible. */
  takeValue(other: ScalarNode): void {
    if (other.tag !== this.tag) this.retag(other.tag);
    if (other.type !== "string") this.#assign(other.text, other.tag === undefined ? "plain" : other.style);
    else if (this.type === "string") this.#assign(other.text, restyle(other.text, this.#style, false));
    else this.#assign(other.text, other.style);
  }

  #assign(text: string, style: ScalarStyle): void {
    if (text === this.text && style === this.#style && (text !== "" || this.start !== this.end)) return;
    this.#text = text;
    this.#style = style;
    this.touch();
  }

  /** The plain value: exact, so integers beyond 2^53 are bigints. */
  toJS(): null | boolean | number | bigint | string {
    return scalarValue(this.text, this.type);
  }

  /** A detached copy that remembers its source text and brings its comments along. */
  clone(): ScalarNode {
    return inheritTrivia(this.copyTree(), this);
  }

  copyTree(): ScalarNode {
    return finishCopy(
      this,
      new ScalarNode(this.source, this.start, this.end, this.#style, this.indent, this.#text),
    );
  }
}

export class AliasNode extends BaseNode {
  readonly kind = "alias";
  readonly name: string;

  constructor(source: SourceText | undefined, start: number, end: number, name: string) {
    super(source, start, end);
    this.name = name;
  }

  /** The node that the alias stands for; undefined when the document has no such anchor before it. */
  target(): YamlNode | undefined {
    return targetOf(this);
  }

  /** The value of the target. Throws KptError when aliases blow up or contain themselves. */
  toJS(): unknown {
    return toPlain(this);
  }

  clone(): AliasNode {
    return inheritTrivia(this.copyTree(), this);
  }

  copyTree(): AliasNode {
    return finishCopy(this, new AliasNode(this.source, this.start, this.end, this.name));
  }
}

export function scalarSpelling(value: null | boolean | number | bigint): string {
  if (value === null) return "null";
  if (typeof value !== "number" || Number.isFinite(value)) return String(Object.is(value, -0) ? 0 : value);
  if (Number.isNaN(value)) return ".nan";
  return value > 0 ? ".inf" : "-.inf";
}

export function finishCopy<N extends YamlNode>(from: N, copy: N): N {
  copy.changed = from.changed;
  copy.isRetagged = from.isRetagged;
  copy.setProps(from.tag, from.anchor);
  return copy;
}

/** A new scalar, spelled as Go's yaml.v3 spells it unless a style is given. */
export function scalarNode(value: PlainScalar, style?: ScalarStyle): ScalarNode {
  if (typeof value !== "string") return new ScalarNode(undefined, -1, -1, "plain", 0, scalarSpelling(value));
  return new ScalarNode(undefined, -1, -1, restyle(value, style ?? chooseStyle(value), false), 0, value);
}

/** A new key. */
export function keyNode(key: string): ScalarNode {
  const style = key.includes("\n") ? "double" : chooseStyle(key);
  return new ScalarNode(undefined, -1, -1, style, 0, key);
}
