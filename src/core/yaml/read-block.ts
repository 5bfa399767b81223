import { KeySet } from "./key-set.ts";
import type { YamlNode } from "./node.ts";
import { MapNode, ScalarNode, SeqNode } from "./node.ts";
import type { Props } from "./read-flow.ts";
import { FlowReader, withProps } from "./read-flow.ts";
import { isMarker, isSpace } from "./scan.ts";

/** Reads block nodes by the columns of their lines. */
export abstract class BlockReader extends FlowReader {
  /** Whether the position is the first character of a line's content that nothing has taken yet. */
  protected atInk = false;

  protected toLine(start: number): void {
    this.pos = start;
    this.lineStart = start;
  }

  /**
   * Goes to the next content unless it is there already. Returns its column, or -1 at the end of the document,
   * where the position is then the start of the marker's line or the end of the text.
   */
  protected advance(): number {
    const text = this.text;
    if (!this.atInk) {
      let at = this.pos;
      if (at !== this.lineStart) at = this.scan.expectLineOver(at);
      else at = this.lineStart - 1;
      // `at` is now a line break or the end of the text.
      for (;;) {
        if (at >= text.length) {
          this.toLine(text.length);
          this.atInk = true;
          return -1;
        }
        const line = at + 1;
        let ink = line;
        while (text.charCodeAt(ink) === 0x20) ink++;
        const code = text.charCodeAt(ink);
        if (code === 0x0a) at = ink;
        else if (code === 0x23 || code === 0x0d || code === 0x09 || Number.isNaN(code)) {
          at = this.blankLineEnd(ink);
        } else {
          this.lineStart = line;
          this.pos = ink;
          break;
        }
      }
      this.atInk = true;
    }
    if (this.pos >= text.length) return -1;
    const column = this.pos - this.lineStart;
    if (column === 0) {
      const code = text.charCodeAt(this.pos);
      if ((code === 0x2d || code === 0x2e) && isMarker(text, this.pos, code)) return -1;
    }
    return column;
  }

  /** End of a line that is empty but for blanks and a comment; an error if content follows a tab. */
  protected blankLineEnd(from: number): number {
    const text = this.text;
    let ink = from;
    while (isSpace(text.charCodeAt(ink))) ink++;
    const code = text.charCodeAt(ink);
    if (!Number.isNaN(code) && code !== 0x23 && code !== 0x0a) {
      throw this.source.error(from, "found a tab character where indentation is expected");
    }
    const end = text.indexOf("\n", ink);
    return end < 0 ? text.length : end;
  }

  protected misplaced(column: number): Error {
    const problem = column < 0 ? "did not find expected <document start>" : "did not find expected key";
    return this.source.error(this.pos, problem);
  }

  /**
   * Reads the node behind a `:`, a dash or at the start of a document. `parent` is the column of the collection
   * around it; `canOpen` says whether a block collection may begin on the line at hand.
   */
  protected node(parent: number, canOpen: boolean, isMapValue: boolean): YamlNode {
    const text = this.text;
    const empty = this.pos;
    let isOpen = canOpen && !this.atInk;
    let outer: Props | undefined;
    let inner: Props | undefined;
    let hasTab = false;
    for (;;) {
      let at = this.pos;
      let code = text.charCodeAt(at);
      while (code === 0x20 || code === 0x09) {
        if (code === 0x09) hasTab = true;
        code = text.charCodeAt(++at);
      }
      if (code === 0x0a || code === 0x23 || code === 0x0d || Number.isNaN(code)) {
        if (inner !== undefined) {
          outer = outer === undefined ? inner : this.joinProps(outer, inner);
          inner = undefined;
        }
        const propsEnd = this.pos;
        this.atInk = false;
        const column = this.advance();
        const isCompact = isMapValue && column === parent && this.isIndicator(0x2d);
        if (column < 0 || (column <= parent && !isCompact)) {
          return this.emptyNode(outer === undefined ? empty : propsEnd, outer);
        }
        this.atInk = false;
        isOpen = true;
        hasTab = false;
        continue;
      }
      this.pos = at;
      if (code === 0x26 || code === 0x21) {
        inner = this.props(inner);
        continue;
      }
      if (code === 0x2d && this.isIndicator(0x2d)) {
        this.mayOpen(
          isOpen && inner === undefined,
          hasTab,
          "block sequence entries are not allowed in this context",
        );
        const column = at - this.lineStart;
        return withProps(this.seq(column, isMapValue && column === parent), outer);
      }
      if ((code === 0x3f || code === 0x3a) && this.isIndicator(code)) {
        this.mayOpen(isOpen, hasTab, "mapping values are not allowed in this context");
        if (code === 0x3f && inner !== undefined)
          throw this.source.error(at, "did not find expected node content");
        const start = inner?.start ?? at;
        const key = code === 0x3a ? this.emptyNode(inner === undefined ? at : at, inner) : undefined;
        return withProps(this.map(start, key), outer);
      }
      if (code === 0x7c || code === 0x3e) {
        return withProps(withProps(this.blockScalar(parent), outer), inner);
      }
      const line = this.lineStart;
      const node = this.content(code, false);
      const colon = this.scan.keyColon(this.pos);
      if (colon >= 0) {
        this.mayOpen(
          isOpen && line === this.lineStart,
          hasTab,
          "mapping values are not allowed in this context",
        );
        const start = inner?.start ?? at;
        withProps(node, inner);
        this.pos = colon;
        return withProps(this.map(start, node), outer);
      }
      if (node.kind === "scalar" && node.style === "plain") this.continuePlain(node, parent);
      if (node.kind === "alias" && (inner !== undefined || outer !== undefined)) {
        throw this.source.error(node.start, "did not find expected node content");
      }
      return withProps(withProps(node, outer), inner);
    }
  }

  protected mayOpen(allowed: boolean, hasTab: boolean, problem: string): void {
    if (!allowed) throw this.source.error(this.pos, problem);
    if (hasTab) throw this.source.error(this.pos, "found a tab character where indentation is expected");
  }
  protected seq(column: number, isCompact: boolean): SeqNode {
    this.enter();
    const seq = new SeqNode(this.source, this.pos, this.pos, false, isCompact);
    for (;;) {
      this.pos++;
      const item = this.node(column, true, false);
      seq.adopt(item);
      seq.end = item.end;
      const next = this.advance();
      if (next > column) throw this.source.error(this.pos, "did not find expected '-' indicator");
      if (next < column || !this.isIndicator(0x2d)) break;
      this.atInk = false;
    }
    this.depth--;
    return seq;
  }

  /** Reads a mapping whose first key is read; the position is its colon, or the `?` of an explicit key. */
  protected map(start: number, firstKey: YamlNode | undefined): MapNode {
    this.enter();
    const column = start - this.lineStart;
    const map = new MapNode(this.source, start, start, false);
    const keys = new KeySet(this.source);
    let key = firstKey;
    for (;;) {
      let value: YamlNode;
      if (key === undefined) {
        key = this.explicitKey(column);
        value = this.explicitValue(column, key.end);
      } else {
        this.pos++;
        value = this.node(column, false, true);
      }
      keys.add(key, map);
      map.adopt(key, value);
      map.end = value.end;
      const next = this.advance();
      if (next > column) throw this.misplaced(next);
      if (next < column) break;
      if (this.isIndicator(0x2d)) throw this.misplaced(next);
      this.atInk = false;
      key = this.implicitKey();
    }
    this.depth--;
    return map;
  }

  protected explicitKey(column: number): YamlNode {
    this.pos++;
    return this.node(column, true, true);
  }

  protected explicitValue(column: number, keyEnd: number): YamlNode {
    if (this.advance() !== column || !this.isIndicator(0x3a)) return this.emptyNode(keyEnd, undefined);
    this.atInk = false;
    this.pos++;
    return this.node(column, true, true);
  }

  /** Reads a key up to its colon; undefined at the `?` of an explicit one. */
  protected implicitKey(): YamlNode | undefined {
    let code = this.text.charCodeAt(this.pos);
    if (code === 0x3f && this.isIndicator(0x3f)) return undefined;
    let props: Props | undefined;
    while (code === 0x26 || code === 0x21) {
      props = this.props(props);
      while (isSpace(this.text.charCodeAt(this.pos))) this.pos++;
      code = this.text.charCodeAt(this.pos);
    }
    const line = this.lineStart;
    const start = this.pos;
    const key =
      code === 0x3a && this.isIndicator(0x3a) ? this.emptyNode(start, undefined) : this.content(code, false);
    const colon = this.scan.keyColon(this.pos);
    if (colon < 0 || line !== this.lineStart) throw this.source.error(start, "could not find expected ':'");
    this.pos = colon;
    return withProps(key, props);
  }
  /** Takes in the further lines of a plain scalar: those indented more than the collection around it. */
  protected continuePlain(node: ScalarNode, parent: number): void {
    const text = this.text;
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
      this.lineStart = line;
      this.pos = at;
      end = this.scan.plainLine(at);
      const colon = this.scan.keyColon(end);
      if (colon >= 0) throw this.source.error(colon, "mapping values are not allowed in this context");
      if (end === at) break;
    }
    node.end = end;
    this.pos = end;
  }

  protected blockScalar(parent: number): ScalarNode {
    const start = this.pos;
    const found = this.scan.blockScalar(start, parent);
    this.toLine(found.next);
    const style = this.text.charCodeAt(start) === 0x7c ? "literal" : "folded";
    return new ScalarNode(this.source, start, found.end, style, found.indent);
  }
}
