import type { YamlNode } from "./node.ts";
import { AliasNode, MapNode, ScalarNode, SeqNode } from "./node.ts";
import { isBlank, isBreak, isMarker, isSpace, Scanner } from "./scan.ts";
import type { SourceText } from "./source.ts";

/** A document as it lies in its text. Its body is what may hold nodes: without directives and markers. */
export interface ReadDocument {
  start: number;
  bodyStart: number;
  bodyEnd: number;
  end: number;
  hasMarker: boolean;
  root: YamlNode | undefined;
}

interface Props {
  tag: string | undefined;
  anchor: string | undefined;
  start: number;
}

/** Deeper nesting is refused, so that everything that walks over nodes may recurse. */
export const maxDepth = 1000;

/** Above this number of keys duplicates are looked for by a set. */
const listedKeys = 8;

/** Reads all documents of a text into nodes with ranges. Throws KptError YAML_SYNTAX with the place. */
export function readDocuments(source: SourceText): ReadDocument[] {
  return new Reader(source).documents();
}

class Reader {
  readonly #source: SourceText;
  readonly #text: string;
  readonly #scan: Scanner;
  #pos: number;
  #lineStart: number;
  /** Whether the position is the first character of a line's content that nothing has taken yet. */
  #atInk = false;
  #depth = 0;
  #anchors = new Set<string>();

  constructor(source: SourceText) {
    this.#source = source;
    this.#text = source.text;
    this.#scan = new Scanner(source);
    this.#pos = source.text.charCodeAt(0) === 0xfeff ? 1 : 0;
    this.#lineStart = this.#pos;
    this.#scan.checkCharacters();
  }

  // Documents

  documents(): ReadDocument[] {
    const all: ReadDocument[] = [];
    let start = 0;
    for (;;) {
      const { hasMarker, hasInk, sawComment } = this.#prefix();
      if (!hasMarker && !hasInk) {
        const last = all.at(-1);
        const end = this.#text.length;
        if (last !== undefined) last.end = end;
        else if (sawComment) all.push({ start, bodyStart: 0, bodyEnd: end, end, hasMarker, root: undefined });
        return all;
      }
      const document = this.#document(start, hasMarker);
      all.push(document);
      start = document.end;
      if (start >= this.#text.length) return all;
    }
  }

  /** Goes over comments and directives to the document's marker or first content. */
  #prefix(): { hasMarker: boolean; hasInk: boolean; sawComment: boolean } {
    const text = this.#text;
    let sawComment = false;
    let directive = -1;
    for (;;) {
      const line = this.#pos;
      let at = line;
      while (isSpace(text.charCodeAt(at))) at++;
      const code = text.charCodeAt(at);
      if (Number.isNaN(code)) {
        if (directive >= 0) throw this.#source.error(directive, "did not find expected <document start>");
        return { hasMarker: false, hasInk: false, sawComment };
      }
      if (code === 0x23) sawComment = true;
      if (code === 0x23 || isBreak(code)) this.#toLine(this.#source.lineEnd(at));
      else if (code === 0x25 && at === line) {
        directive = at;
        this.#toLine(this.#source.lineEnd(at));
      } else if (isMarker(text, line, 0x2e)) this.#markerEnd();
      else if (isMarker(text, line, 0x2d)) {
        this.#pos = line + 3;
        return { hasMarker: true, hasInk: true, sawComment };
      } else {
        if (directive >= 0) throw this.#source.error(at, "did not find expected <document start>");
        if (text.slice(line, at).includes("\t")) {
          throw this.#source.error(line, "found a tab character where indentation is expected");
        }
        return { hasMarker: false, hasInk: true, sawComment };
      }
    }
  }

  #markerEnd(): void {
    this.#pos += 3;
    this.#scan.expectLineOver(this.#pos);
    this.#toLine(this.#source.lineEnd(this.#pos));
  }

  #toLine(start: number): void {
    this.#pos = start;
    this.#lineStart = start;
  }

  #document(start: number, hasMarker: boolean): ReadDocument {
    const text = this.#text;
    this.#anchors = new Set();
    this.#atInk = false;
    let bodyStart = hasMarker ? this.#pos : start;
    if (hasMarker && this.#scan.isLineOver(this.#pos)) bodyStart = this.#source.lineEnd(this.#pos);
    const root = this.#node(-1, !hasMarker, false);
    if (this.#advance() >= 0) throw this.#misplaced(-1);
    const bodyEnd = this.#pos;
    if (isMarker(text, this.#pos, 0x2e)) this.#markerEnd();
    const isEmpty =
      root.kind === "scalar" &&
      root.start === root.end &&
      root.tag === undefined &&
      root.anchor === undefined;
    return { start, bodyStart, bodyEnd, end: this.#pos, hasMarker, root: isEmpty ? undefined : root };
  }

  // Lines

  /**
   * Goes to the next content unless it is there already. Returns its column, or -1 at the end of the document,
   * where the position is then the start of the marker's line or the end of the text.
   */
  #advance(): number {
    const text = this.#text;
    if (!this.#atInk) {
      let at = this.#pos;
      if (at !== this.#lineStart) at = this.#scan.expectLineOver(at);
      else at = this.#lineStart - 1;
      // `at` is now a line break or the end of the text.
      for (;;) {
        if (at >= text.length) {
          this.#toLine(text.length);
          this.#atInk = true;
          return -1;
        }
        const line = at + 1;
        let ink = line;
        while (text.charCodeAt(ink) === 0x20) ink++;
        const code = text.charCodeAt(ink);
        if (code === 0x0a) at = ink;
        else if (code === 0x23 || code === 0x0d || code === 0x09 || Number.isNaN(code)) {
          at = this.#blankLineEnd(ink);
        } else {
          this.#lineStart = line;
          this.#pos = ink;
          break;
        }
      }
      this.#atInk = true;
    }
    if (this.#pos >= text.length) return -1;
    const column = this.#pos - this.#lineStart;
    if (column === 0) {
      const code = text.charCodeAt(this.#pos);
      if ((code === 0x2d || code === 0x2e) && isMarker(text, this.#pos, code)) return -1;
    }
    return column;
  }

  /** End of a line that is empty but for blanks and a comment; an error if content follows a tab. */
  #blankLineEnd(from: number): number {
    const text = this.#text;
    let ink = from;
    while (isSpace(text.charCodeAt(ink))) ink++;
    const code = text.charCodeAt(ink);
    if (!Number.isNaN(code) && code !== 0x23 && code !== 0x0a) {
      throw this.#source.error(from, "found a tab character where indentation is expected");
    }
    const end = text.indexOf("\n", ink);
    return end < 0 ? text.length : end;
  }

  #misplaced(column: number): Error {
    const problem = column < 0 ? "did not find expected <document start>" : "did not find expected key";
    return this.#source.error(this.#pos, problem);
  }

  // Block nodes

  /**
   * Reads the node behind a `:`, a dash or at the start of a document. `parent` is the column of the collection
   * around it; `canOpen` says whether a block collection may begin on the line at hand.
   */
  #node(parent: number, canOpen: boolean, isMapValue: boolean): YamlNode {
    const text = this.#text;
    const empty = this.#pos;
    let isOpen = canOpen && !this.#atInk;
    let outer: Props | undefined;
    let inner: Props | undefined;
    let hasTab = false;
    for (;;) {
      let at = this.#pos;
      let code = text.charCodeAt(at);
      while (code === 0x20 || code === 0x09) {
        if (code === 0x09) hasTab = true;
        code = text.charCodeAt(++at);
      }
      if (code === 0x0a || code === 0x23 || code === 0x0d || Number.isNaN(code)) {
        if (inner !== undefined) {
          outer = outer === undefined ? inner : this.#joinProps(outer, inner);
          inner = undefined;
        }
        const propsEnd = this.#pos;
        this.#atInk = false;
        const column = this.#advance();
        const isCompact = isMapValue && column === parent && this.#isIndicator(0x2d);
        if (column < 0 || (column <= parent && !isCompact)) {
          return this.#emptyNode(outer === undefined ? empty : propsEnd, outer);
        }
        this.#atInk = false;
        isOpen = true;
        hasTab = false;
        continue;
      }
      this.#pos = at;
      if (code === 0x26 || code === 0x21) {
        inner = this.#props(inner);
        continue;
      }
      if (code === 0x2d && this.#isIndicator(0x2d)) {
        this.#mayOpen(
          isOpen && inner === undefined,
          hasTab,
          "block sequence entries are not allowed in this context",
        );
        const column = at - this.#lineStart;
        return withProps(this.#seq(column, isMapValue && column === parent), outer);
      }
      if ((code === 0x3f || code === 0x3a) && this.#isIndicator(code)) {
        this.#mayOpen(isOpen, hasTab, "mapping values are not allowed in this context");
        if (code === 0x3f && inner !== undefined)
          throw this.#source.error(at, "did not find expected node content");
        const start = inner?.start ?? at;
        const key = code === 0x3a ? this.#emptyNode(inner === undefined ? at : at, inner) : undefined;
        return withProps(this.#map(start, key), outer);
      }
      if (code === 0x7c || code === 0x3e) {
        return withProps(withProps(this.#blockScalar(parent), outer), inner);
      }
      const line = this.#lineStart;
      const node = this.#content(code, false);
      const colon = this.#scan.keyColon(this.#pos);
      if (colon >= 0) {
        this.#mayOpen(
          isOpen && line === this.#lineStart,
          hasTab,
          "mapping values are not allowed in this context",
        );
        const start = inner?.start ?? at;
        withProps(node, inner);
        this.#pos = colon;
        return withProps(this.#map(start, node), outer);
      }
      if (node.kind === "scalar" && node.style === "plain") this.#continuePlain(node, parent);
      if (node.kind === "alias" && (inner !== undefined || outer !== undefined)) {
        throw this.#source.error(node.start, "did not find expected node content");
      }
      return withProps(withProps(node, outer), inner);
    }
  }

  #mayOpen(allowed: boolean, hasTab: boolean, problem: string): void {
    if (!allowed) throw this.#source.error(this.#pos, problem);
    if (hasTab) throw this.#source.error(this.#pos, "found a tab character where indentation is expected");
  }

  /** Whether the character at the position is followed by a blank or the line's end. */
  #isIndicator(code: number): boolean {
    return this.#text.charCodeAt(this.#pos) === code && isBlank(this.#text.charCodeAt(this.#pos + 1));
  }

  #emptyNode(at: number, props: Props | undefined): ScalarNode {
    return withProps(new ScalarNode(this.#source, at, at, "plain", 0, ""), props);
  }

  #props(before: Props | undefined): Props {
    const start = this.#pos;
    const code = this.#text.charCodeAt(start);
    const end = this.#scan.wordEnd(start);
    const word = this.#text.slice(start, end);
    this.#pos = end;
    if (code === 0x26) {
      if (word.length === 1)
        throw this.#source.error(start, "did not find expected alphabetic or numeric character");
      this.#anchors.add(word.slice(1));
      return this.#joinProps(before, { tag: undefined, anchor: word.slice(1), start });
    }
    return this.#joinProps(before, { tag: word, anchor: undefined, start });
  }

  #joinProps(before: Props | undefined, next: Props): Props {
    if (before === undefined) return next;
    if (
      (before.tag !== undefined && next.tag !== undefined) ||
      (before.anchor !== undefined && next.anchor !== undefined)
    ) {
      throw this.#source.error(next.start, "did not find expected node content");
    }
    return { tag: before.tag ?? next.tag, anchor: before.anchor ?? next.anchor, start: before.start };
  }

  #enter(): void {
    if (++this.#depth > maxDepth) {
      throw this.#source.error(this.#pos, `exceeded max depth of ${maxDepth}`);
    }
  }

  #seq(column: number, isCompact: boolean): SeqNode {
    this.#enter();
    const seq = new SeqNode(this.#source, this.#pos, this.#pos, false, isCompact);
    for (;;) {
      this.#pos++;
      const item = this.#node(column, true, false);
      seq.adopt(item);
      seq.end = item.end;
      const next = this.#advance();
      if (next > column) throw this.#source.error(this.#pos, "did not find expected '-' indicator");
      if (next < column || !this.#isIndicator(0x2d)) break;
      this.#atInk = false;
    }
    this.#depth--;
    return seq;
  }

  /** Reads a mapping whose first key is read; the position is its colon, or the `?` of an explicit key. */
  #map(start: number, firstKey: YamlNode | undefined): MapNode {
    this.#enter();
    const column = start - this.#lineStart;
    const map = new MapNode(this.#source, start, start, false);
    const keys = new KeySet(this.#source);
    let key = firstKey;
    for (;;) {
      let value: YamlNode;
      if (key === undefined) {
        key = this.#explicitKey(column);
        value = this.#explicitValue(column, key.end);
      } else {
        this.#pos++;
        value = this.#node(column, false, true);
      }
      keys.add(key, map);
      map.adopt(key, value);
      map.end = value.end;
      const next = this.#advance();
      if (next > column) throw this.#misplaced(next);
      if (next < column) break;
      if (this.#isIndicator(0x2d)) throw this.#misplaced(next);
      this.#atInk = false;
      key = this.#implicitKey();
    }
    this.#depth--;
    return map;
  }

  #explicitKey(column: number): YamlNode {
    this.#pos++;
    return this.#node(column, true, true);
  }

  #explicitValue(column: number, keyEnd: number): YamlNode {
    if (this.#advance() !== column || !this.#isIndicator(0x3a)) return this.#emptyNode(keyEnd, undefined);
    this.#atInk = false;
    this.#pos++;
    return this.#node(column, true, true);
  }

  /** Reads a key up to its colon; undefined at the `?` of an explicit one. */
  #implicitKey(): YamlNode | undefined {
    let code = this.#text.charCodeAt(this.#pos);
    if (code === 0x3f && this.#isIndicator(0x3f)) return undefined;
    let props: Props | undefined;
    while (code === 0x26 || code === 0x21) {
      props = this.#props(props);
      while (isSpace(this.#text.charCodeAt(this.#pos))) this.#pos++;
      code = this.#text.charCodeAt(this.#pos);
    }
    const line = this.#lineStart;
    const start = this.#pos;
    const key =
      code === 0x3a && this.#isIndicator(0x3a)
        ? this.#emptyNode(start, undefined)
        : this.#content(code, false);
    const colon = this.#scan.keyColon(this.#pos);
    if (colon < 0 || line !== this.#lineStart) throw this.#source.error(start, "could not find expected ':'");
    this.#pos = colon;
    return withProps(key, props);
  }

  /** Reads a scalar, alias or flow collection; of a plain scalar outside brackets only the first line. */
  #content(code: number, inFlow: boolean): YamlNode {
    const start = this.#pos;
    switch (code) {
      case 0x22:
      case 0x27: {
        const { end, lineStart } = this.#scan.quoted(start, code);
        this.#pos = end;
        if (lineStart >= 0) this.#lineStart = lineStart;
        return new ScalarNode(this.#source, start, end, code === 0x22 ? "double" : "single", 0);
      }
      case 0x5b:
      case 0x7b:
        return this.#flow(code);
      case 0x2a: {
        this.#pos = this.#scan.wordEnd(start);
        const name = this.#text.slice(start + 1, this.#pos);
        if (!this.#anchors.has(name)) throw this.#source.error(start, `unknown anchor '${name}' referenced`);
        return new AliasNode(this.#source, start, this.#pos, name);
      }
      default: {
        this.#scan.checkPlainStart(start, inFlow);
        const end = inFlow ? this.#scan.plainFlow(start) : this.#scan.plainLine(start);
        if (end <= start) throw this.#source.error(start, "did not find expected node content");
        this.#pos = end;
        return new ScalarNode(this.#source, start, end, "plain", 0);
      }
    }
  }

  /** Takes in the further lines of a plain scalar: those indented more than the collection around it. */
  #continuePlain(node: ScalarNode, parent: number): void {
    const text = this.#text;
    let end = node.end;
    for (;;) {
      let at = end;
      while (isSpace(text.charCodeAt(at))) at++;
      if (text.charCodeAt(at) !== 0x0a) break;
      let line = at + 1;
      for (;;) {
        at = line;
        while (isSpace(text.charCodeAt(at))) at++;
        if (text.charCodeAt(at) !== 0x0a) break;
        line = at + 1;
      }
      const code = text.charCodeAt(at);
      let column = line;
      while (text.charCodeAt(column) === 0x20) column++;
      if (Number.isNaN(code) || code === 0x23 || column - line <= parent) break;
      if (at === line && isMarker(text, line, code)) break;
      this.#lineStart = line;
      this.#pos = at;
      end = this.#scan.plainLine(at);
      const colon = this.#scan.keyColon(end);
      if (colon >= 0) throw this.#source.error(colon, "mapping values are not allowed in this context");
      if (end === at) break;
    }
    node.end = end;
    this.#pos = end;
  }

  #blockScalar(parent: number): ScalarNode {
    const start = this.#pos;
    const found = this.#scan.blockScalar(start, parent);
    this.#toLine(found.next);
    const style = this.#text.charCodeAt(start) === 0x7c ? "literal" : "folded";
    return new ScalarNode(this.#source, start, found.end, style, found.indent);
  }

  // Flow nodes

  #flow(open: number): MapNode | SeqNode {
    this.#enter();
    const start = this.#pos++;
    const node = open === 0x7b ? this.#flowMap(start) : this.#flowSeq(start);
    node.end = this.#pos;
    this.#depth--;
    return node;
  }

  /** Goes over blanks, line breaks and comments and returns the character there. */
  #flowSpace(): number {
    const { pos, lineStart } = this.#scan.flowSpace(this.#pos);
    this.#pos = pos;
    if (lineStart >= 0) this.#lineStart = lineStart;
    return this.#text.charCodeAt(pos);
  }

  /** After an item: takes the comma. Returns whether the collection is over. */
  #flowNext(close: number, what: string): boolean {
    const code = this.#flowSpace();
    if (code !== 0x2c && code !== close) {
      throw this.#source.error(this.#pos, `did not find expected ',' or '${what}'`);
    }
    this.#pos++;
    return code === close;
  }

  #flowMap(start: number): MapNode {
    const map = new MapNode(this.#source, start, start, true);
    const keys = new KeySet(this.#source);
    for (;;) {
      const code = this.#flowSpace();
      if (code === 0x7d) {
        this.#pos++;
        return map;
      }
      if (code === 0x2c) throw this.#source.error(this.#pos, "did not find expected node content");
      if (code === 0x3f && this.#isIndicator(0x3f)) this.#pos++;
      this.#flowPair(map, keys);
      if (this.#flowNext(0x7d, "}")) return map;
    }
  }

  #flowPair(map: MapNode, keys: KeySet): void {
    this.#flowSpace();
    const key = this.#flowNode();
    keys.add(key, map);
    map.adopt(key, this.#flowValue(key) ?? this.#emptyNode(key.end, undefined));
  }

  /** The value behind a key in brackets; undefined when no colon follows. */
  #flowValue(key: YamlNode): YamlNode | undefined {
    if (this.#flowSpace() !== 0x3a) return undefined;
    const isJson =
      key.kind !== "alias" && (key.kind !== "scalar" || key.style === "double" || key.style === "single");
    const next = this.#text.charCodeAt(this.#pos + 1);
    if (!isJson && !isBlank(next) && !isFlowIndicator(next)) return undefined;
    const colon = ++this.#pos;
    const code = this.#flowSpace();
    if (code === 0x2c || code === 0x5d || code === 0x7d) return this.#emptyNode(colon, undefined);
    return this.#flowNode();
  }

  #flowSeq(start: number): SeqNode {
    const seq = new SeqNode(this.#source, start, start, true, false);
    for (;;) {
      const code = this.#flowSpace();
      if (code === 0x5d) {
        this.#pos++;
        return seq;
      }
      if (code === 0x2c) throw this.#source.error(this.#pos, "did not find expected node content");
      seq.adopt(this.#flowItem(code));
      if (this.#flowNext(0x5d, "]")) return seq;
    }
  }

  /** An item of brackets, or a mapping of a single pair without braces of its own. */
  #flowItem(code: number): YamlNode {
    const start = this.#pos;
    const isExplicit = code === 0x3f && this.#isIndicator(0x3f);
    if (isExplicit) {
      this.#pos++;
      this.#flowSpace();
    }
    const key = this.#flowNode();
    const value = this.#flowValue(key);
    if (value === undefined && !isExplicit) return key;
    const map = new MapNode(this.#source, start, start, true);
    map.adopt(key, value ?? this.#emptyNode(key.end, undefined));
    map.end = (value ?? key).end;
    map.hasBraces = false;
    return map;
  }

  #flowNode(): YamlNode {
    let props: Props | undefined;
    for (;;) {
      const at = this.#pos;
      const code = this.#flowSpace();
      if (Number.isNaN(code)) {
        // Where the text breaks off, not the empty line behind it.
        throw this.#source.error(this.#text.trimEnd().length, "did not find expected node content");
      }
      if (code === 0x26 || code === 0x21) {
        props = this.#props(props);
        continue;
      }
      const next = this.#text.charCodeAt(this.#pos + 1);
      if (
        code === 0x2c ||
        code === 0x5d ||
        code === 0x7d ||
        (code === 0x3a && (isBlank(next) || isFlowIndicator(next)))
      ) {
        const end = props === undefined ? this.#pos : at;
        this.#pos = end;
        return this.#emptyNode(end, props);
      }
      const node = this.#content(code, true);
      if (node.kind === "scalar" && node.style === "plain") this.#afterPlainFlow(node);
      return withProps(node, props);
    }
  }

  #afterPlainFlow(node: ScalarNode): void {
    const line = this.#text.lastIndexOf("\n", node.end - 1) + 1;
    if (line > node.start) this.#lineStart = line;
  }
}

function isFlowIndicator(code: number): boolean {
  return code === 0x2c || code === 0x5b || code === 0x5d || code === 0x7b || code === 0x7d;
}

function withProps<N extends YamlNode>(node: N, props: Props | undefined): N {
  if (props !== undefined) node.setProps(props.tag ?? node.tag, props.anchor ?? node.anchor);
  return node;
}

/** The keys of one mapping, to find the second of a kind. */
class KeySet {
  readonly #source: SourceText;
  #set: Set<string> | undefined;

  constructor(source: SourceText) {
    this.#source = source;
  }

  add(key: YamlNode, map: MapNode): void {
    const text = key.kind === "scalar" ? key.text : this.#source.text.slice(key.start, key.end);
    const { entries } = map;
    if (this.#set === undefined && entries.length >= listedKeys) {
      this.#set = new Set(entries.map(entry => entry.keyText));
    }
    const isKnown =
      this.#set === undefined ? entries.some(entry => entry.keyText === text) : this.#set.has(text);
    if (isKnown && text !== "<<") {
      const first = entries.find(entry => entry.keyText === text)?.key.position().line ?? 0;
      const problem = `mapping key ${JSON.stringify(text)} already defined at line ${first}`;
      throw this.#source.error(key.start, problem);
    }
    this.#set?.add(text);
  }
}
