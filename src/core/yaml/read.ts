import type { YamlNode } from "./node.ts";
import { BlockReader } from "./read-block.ts";
import { isBreak, isMarker, isSpace } from "./scan.ts";
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

/** Reads all documents of a text into nodes with ranges. Throws KptError YAML_SYNTAX with the place. */
export function readDocuments(source: SourceText): ReadDocument[] {
  return new Reader(source).documents();
}

class Reader extends BlockReader {
  documents(): ReadDocument[] {
    const all: ReadDocument[] = [];
    let start = 0;
    for (;;) {
      const { hasMarker, hasInk, sawComment } = this.prefix();
      if (!hasMarker && !hasInk) {
        const last = all.at(-1);
        const end = this.text.length;
        if (last !== undefined) last.end = end;
        else if (sawComment) all.push({ start, bodyStart: 0, bodyEnd: end, end, hasMarker, root: undefined });
        return all;
      }
      const document = this.document(start, hasMarker);
      all.push(document);
      start = document.end;
      if (start >= this.text.length) return all;
    }
  }

  /** Goes over comments and directives to the document's marker or first content. */
  protected prefix(): { hasMarker: boolean; hasInk: boolean; sawComment: boolean } {
    const text = this.text;
    let sawComment = false;
    let directive = -1;
    for (;;) {
      const line = this.pos;
      let at = line;
      while (isSpace(text.charCodeAt(at))) at++;
      const code = text.charCodeAt(at);
      if (Number.isNaN(code)) {
        if (directive >= 0) throw this.source.error(directive, "did not find expected <document start>");
        return { hasMarker: false, hasInk: false, sawComment };
      }
      if (code === 0x23) sawComment = true;
      if (code === 0x23 || isBreak(code)) this.toLine(this.source.lineEnd(at));
      else if (code === 0x25 && at === line) {
        directive = at;
        this.toLine(this.source.lineEnd(at));
      } else if (isMarker(text, line, 0x2e)) this.markerEnd();
      else if (isMarker(text, line, 0x2d)) {
        this.pos = line + 3;
        return { hasMarker: true, hasInk: true, sawComment };
      } else {
        if (directive >= 0) throw this.source.error(at, "did not find expected <document start>");
        if (text.slice(line, at).includes("\t")) {
          throw this.source.error(line, "found a tab character where indentation is expected");
        }
        return { hasMarker: false, hasInk: true, sawComment };
      }
    }
  }

  protected markerEnd(): void {
    this.pos += 3;
    this.scan.expectLineOver(this.pos);
    this.toLine(this.source.lineEnd(this.pos));
  }

  protected document(start: number, hasMarker: boolean): ReadDocument {
    const text = this.text;
    this.anchors = new Set();
    this.atInk = false;
    let bodyStart = hasMarker ? this.pos : start;
    if (hasMarker && this.scan.isLineOver(this.pos)) bodyStart = this.source.lineEnd(this.pos);
    const root = this.node(-1, !hasMarker, false);
    if (this.advance() >= 0) throw this.misplaced(-1);
    const bodyEnd = this.pos;
    if (isMarker(text, this.pos, 0x2e)) this.markerEnd();
    const isEmpty =
      root.kind === "scalar" &&
      root.start === root.end &&
      root.tag === undefined &&
      root.anchor === undefined;
    return { start, bodyStart, bodyEnd, end: this.pos, hasMarker, root: isEmpty ? undefined : root };
  }
}
