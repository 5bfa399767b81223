import { KeySet } from "./key-set.ts";
import type { YamlNode } from "./node.ts";
import { AliasNode, MapNode, ScalarNode, SeqNode } from "./node.ts";
import { isBlank, Scanner } from "./scan.ts";
import type { SourceText } from "./source.ts";

export interface Props {
  tag: string | undefined;
  anchor: string | undefined;
  start: number;
}

/** Deeper nesting is refused, so that everything that walks over nodes may recurse. */
export const maxDepth = 1000;

/** Reads what may stand inside brackets or on one line: scalars, aliases, tags, anchors, flow collections. */
export abstract class FlowReader {
  protected readonly source: SourceText;
  protected readonly text: string;
  protected readonly scan: Scanner;
  protected pos: number;
  protected lineStart: number;
  protected depth = 0;
  protected anchors = new Set<string>();

  constructor(source: SourceText) {
    this.source = source;
    this.text = source.text;
    this.scan = new Scanner(source);
    this.pos = source.text.charCodeAt(0) === 0xfeff ? 1 : 0;
    this.lineStart = this.pos;
    this.scan.checkCharacters();
  }

  /** Whether the character at the position is followed by a blank or the line's end. */
  protected isIndicator(code: number): boolean {
    return this.text.charCodeAt(this.pos) === code && isBlank(this.text.charCodeAt(this.pos + 1));
  }

  protected emptyNode(at: number, props: Props | undefined): ScalarNode {
    return withProps(new ScalarNode(this.source, at, at, "plain", 0, ""), props);
  }

  protected props(before: Props | undefined): Props {
    const start = this.pos;
    const code = this.text.charCodeAt(start);
    const end = this.scan.wordEnd(start);
    const word = this.text.slice(start, end);
    this.pos = end;
    if (code === 0x26) {
      if (word.length === 1)
        throw this.source.error(start, "did not find expected alphabetic or numeric character");
      this.anchors.add(word.slice(1));
      return this.joinProps(before, { tag: undefined, anchor: word.slice(1), start });
    }
    return this.joinProps(before, { tag: word, anchor: undefined, start });
  }

  protected joinProps(before: Props | undefined, next: Props): Props {
    if (before === undefined) return next;
    if (
      (before.tag !== undefined && next.tag !== undefined) ||
      (before.anchor !== undefined && next.anchor !== undefined)
    ) {
      throw this.source.error(next.start, "did not find expected node content");
    }
    return { tag: before.tag ?? next.tag, anchor: before.anchor ?? next.anchor, start: before.start };
  }

  protected enter(): void {
    if (++this.depth > maxDepth) {
      throw this.source.error(this.pos, `exceeded max depth of ${maxDepth}`);
    }
  }
  /** Reads a scalar, alias or flow collection; of a plain scalar outside brackets only the first line. */
  protected content(code: number, inFlow: boolean): YamlNode {
    const start = this.pos;
    switch (code) {
      case 0x22:
      case 0x27: {
        const { end, lineStart } = this.scan.quoted(start, code);
        this.pos = end;
        if (lineStart >= 0) this.lineStart = lineStart;
        return new ScalarNode(this.source, start, end, code === 0x22 ? "double" : "single", 0);
      }
      case 0x5b:
      case 0x7b:
        return this.flow(code);
      case 0x2a: {
        this.pos = this.scan.wordEnd(start);
        const name = this.text.slice(start + 1, this.pos);
        if (!this.anchors.has(name)) throw this.source.error(start, `unknown anchor '${name}' referenced`);
        return new AliasNode(this.source, start, this.pos, name);
      }
      default: {
        this.scan.checkPlainStart(start, inFlow);
        const end = inFlow ? this.scan.plainFlow(start) : this.scan.plainLine(start);
        if (end <= start) throw this.source.error(start, "did not find expected node content");
        this.pos = end;
        return new ScalarNode(this.source, start, end, "plain", 0);
      }
    }
  }
  protected flow(open: number): MapNode | SeqNode {
    this.enter();
    const start = this.pos++;
    const node = open === 0x7b ? this.flowMap(start) : this.flowSeq(start);
    node.end = this.pos;
    this.depth--;
    return node;
  }

  /** Goes over blanks, line breaks and comments and returns the character there. */
  protected flowSpace(): number {
    const { pos, lineStart } = this.scan.flowSpace(this.pos);
    this.pos = pos;
    if (lineStart >= 0) this.lineStart = lineStart;
    return this.text.charCodeAt(pos);
  }

  /** After an item: takes the comma. Returns whether the collection is over. */
  protected flowNext(close: number, what: string): boolean {
    const code = this.flowSpace();
    if (code !== 0x2c && code !== close) {
      throw this.source.error(this.pos, `did not find expected ',' or '${what}'`);
    }
    this.pos++;
    return code === close;
  }

  protected flowMap(start: number): MapNode {
    const map = new MapNode(this.source, start, start, true);
    const keys = new KeySet(this.source);
    for (;;) {
      const code = this.flowSpace();
      if (code === 0x7d) {
        this.pos++;
        return map;
      }
      if (code === 0x2c) throw this.source.error(this.pos, "did not find expected node content");
      if (code === 0x3f && this.isIndicator(0x3f)) this.pos++;
      this.flowPair(map, keys);
      if (this.flowNext(0x7d, "}")) return map;
    }
  }

  protected flowPair(map: MapNode, keys: KeySet): void {
    this.flowSpace();
    const key = this.flowNode();
    keys.add(key, map);
    map.adopt(key, this.flowValue(key) ?? this.emptyNode(key.end, undefined));
  }

  /** The value behind a key in brackets; undefined when no colon follows. */
  protected flowValue(key: YamlNode): YamlNode | undefined {
    if (this.flowSpace() !== 0x3a) return undefined;
    const isJson =
      key.kind !== "alias" && (key.kind !== "scalar" || key.style === "double" || key.style === "single");
    const next = this.text.charCodeAt(this.pos + 1);
    if (!isJson && !isBlank(next) && !isFlowIndicator(next)) return undefined;
    const colon = ++this.pos;
    const code = this.flowSpace();
    if (code === 0x2c || code === 0x5d || code === 0x7d) return this.emptyNode(colon, undefined);
    return this.flowNode();
  }

  protected flowSeq(start: number): SeqNode {
    const seq = new SeqNode(this.source, start, start, true, false);
    for (;;) {
      const code = this.flowSpace();
      if (code === 0x5d) {
        this.pos++;
        return seq;
      }
      if (code === 0x2c) throw this.source.error(this.pos, "did not find expected node content");
      seq.adopt(this.flowItem(code));
      if (this.flowNext(0x5d, "]")) return seq;
    }
  }

  /** An item of brackets, or a mapping of a single pair without braces of its own. */
  protected flowItem(code: number): YamlNode {
    const start = this.pos;
    const isExplicit = code === 0x3f && this.isIndicator(0x3f);
    if (isExplicit) {
      this.pos++;
      this.flowSpace();
    }
    const key = this.flowNode();
    const value = this.flowValue(key);
    if (value === undefined && !isExplicit) return key;
    const map = new MapNode(this.source, start, start, true);
    map.adopt(key, value ?? this.emptyNode(key.end, undefined));
    map.end = (value ?? key).end;
    map.hasBraces = false;
    return map;
  }

  protected flowNode(): YamlNode {
    let props: Props | undefined;
    for (;;) {
      const at = this.pos;
      const code = this.flowSpace();
      if (Number.isNaN(code)) {
        // Where the text breaks off, not the empty line behind it.
        throw this.source.error(this.text.trimEnd().length, "did not find expected node content");
      }
      if (code === 0x26 || code === 0x21) {
        props = this.props(props);
        continue;
      }
      const next = this.text.charCodeAt(this.pos + 1);
      if (
        code === 0x2c ||
        code === 0x5d ||
        code === 0x7d ||
        (code === 0x3a && (isBlank(next) || isFlowIndicator(next)))
      ) {
        const end = props === undefined ? this.pos : at;
        this.pos = end;
        return this.emptyNode(end, props);
      }
      const node = this.content(code, true);
      if (node.kind === "scalar" && node.style === "plain") this.afterPlainFlow(node);
      return withProps(node, props);
    }
  }

  protected afterPlainFlow(node: ScalarNode): void {
    const line = this.text.lastIndexOf("\n", node.end - 1) + 1;
    if (line > node.start) this.lineStart = line;
  }
}

function isFlowIndicator(code: number): boolean {
  return code === 0x2c || code === 0x5b || code === 0x5d || code === 0x7b || code === 0x7d;
}

export function withProps<N extends YamlNode>(node: N, props: Props | undefined): N {
  if (props !== undefined) node.setProps(props.tag ?? node.tag, props.anchor ?? node.anchor);
  return node;
}
