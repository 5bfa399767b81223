import { readEscape } from "./scalar-text.ts";
import type { SourceText } from "./source.ts";

export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d;
}

export function isBreak(code: number): boolean {
  return code === 0x0a || code === 0x0d;
}

/** A blank, a line break or the end of the text. */
export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d || Number.isNaN(code);
}

/** Whether a document marker (`---` or `...`) stands at the start of a line. */
export function isMarker(text: string, line: number, code: number): boolean {
  return (
    (code === 0x2d || code === 0x2e) &&
    text.charCodeAt(line) === code &&
    text.charCodeAt(line + 1) === code &&
    text.charCodeAt(line + 2) === code &&
    isBlank(text.charCodeAt(line + 3))
  );
}

/** Finds the ends of tokens. Messages are libyaml's, which kpt's users know. */
export class Scanner {
  readonly #source: SourceText;
  readonly #text: string;

  constructor(source: SourceText) {
    this.#source = source;
    this.#text = source.text;
  }

  /** Refuses characters that YAML allows nowhere. */
  checkCharacters(): void {
    const bad =
      /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.exec(this.#text) ??
      (this.#text.includes("\r") ? /\r(?!\n)/.exec(this.#text) : null);
    if (bad !== null) throw this.#source.error(bad.index, "control characters are not allowed");
  }

  /** Whether only blanks and a comment follow on the line. */
  isLineOver(from: number): boolean {
    let at = from;
    while (isSpace(this.#text.charCodeAt(at))) at++;
    const code = this.#text.charCodeAt(at);
    return Number.isNaN(code) || code === 0x0a || code === 0x23;
  }

  /** The line break that ends the line, where only blanks and a comment may be left on it. */
  expectLineOver(from: number): number {
    const text = this.#text;
    let at = from;
    let code = text.charCodeAt(at);
    while (code === 0x20 || code === 0x09 || code === 0x0d) code = text.charCodeAt(++at);
    if (code === 0x0a || Number.isNaN(code)) return at;
    if (code !== 0x23 || at === from) {
      const problem =
        code === 0x3a ? "mapping values are not allowed in this context" : "did not find expected key";
      throw this.#source.error(at, problem);
    }
    const end = text.indexOf("\n", at);
    return end < 0 ? text.length : end;
  }

  /** Offset of the colon that makes what ends here a key; -1 when there is none. */
  keyColon(from: number): number {
    const text = this.#text;
    let at = from;
    let code = text.charCodeAt(at);
    while (code === 0x20 || code === 0x09) code = text.charCodeAt(++at);
    return code === 0x3a && isBlank(text.charCodeAt(at + 1)) ? at : -1;
  }

  /** End of a tag, anchor or alias. */
  wordEnd(from: number): number {
    const text = this.#text;
    const isVerbatim = text.startsWith("!<", from);
    let at = from + 1;
    for (let code = text.charCodeAt(at); !isBlank(code); code = text.charCodeAt(++at)) {
      if (isVerbatim) {
        if (code === 0x3e) return at + 1;
      } else if (code === 0x2c || code === 0x5b || code === 0x5d || code === 0x7b || code === 0x7d) break;
    }
    return at;
  }

  checkPlainStart(at: number, inFlow: boolean): void {
    const text = this.#text;
    switch (text.charCodeAt(at)) {
      case 0x25: // %
      case 0x40: // @
      case 0x60: // `
      case 0x7c: // |
      case 0x3e: // >
        throw this.#source.error(at, "found character that cannot start any token");
      case 0x2c: // ,
      case 0x5d: // ]
      case 0x7d: // }
        throw this.#source.error(at, "did not find expected node content");
      case 0x2d: {
        const next = text.charCodeAt(at + 1);
        if (inFlow && (isBlank(next) || next === 0x2c || next === 0x5d || next === 0x7d)) {
          throw this.#source.error(at, "block sequence entries are not allowed in this context");
        }
      }
    }
  }

  /** End of a plain scalar's text on one line outside brackets. */
  plainLine(from: number): number {
    const text = this.#text;
    let end = from;
    for (let at = from; ; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x20 || code === 0x09) continue;
      if (code === 0x0a || Number.isNaN(code) || (code === 0x0d && text.charCodeAt(at + 1) === 0x0a))
        return end;
      if (code === 0x3a && isBlank(text.charCodeAt(at + 1))) return end;
      if (code === 0x23 && at > from && end < at) return end;
      end = at + 1;
    }
  }

  /** End of a plain scalar inside brackets, over several lines. */
  plainFlow(from: number): number {
    const text = this.#text;
    let end = from;
    for (let at = from; ; at++) {
      const code = text.charCodeAt(at);
      switch (code) {
        case 0x20:
        case 0x09:
        case 0x0d:
          continue;
        case 0x0a:
          if (isMarker(text, at + 1, text.charCodeAt(at + 1))) return end;
          continue;
        case 0x2c:
        case 0x5b:
        case 0x5d:
        case 0x7b:
        case 0x7d:
          return end;
        case 0x3a: {
          const next = text.charCodeAt(at + 1);
          if (
            isBlank(next) ||
            next === 0x2c ||
            next === 0x5b ||
            next === 0x5d ||
            next === 0x7b ||
            next === 0x7d
          ) {
            return end;
          }
          break;
        }
        case 0x23:
          if (end < at) return end;
          break;
        default:
          if (Number.isNaN(code)) return end;
      }
      end = at + 1;
    }
  }

  /** End of a quoted scalar, and the start of its last line if it has several. */
  quoted(start: number, quote: number): { end: number; lineStart: number } {
    const text = this.#text;
    let lineStart = -1;
    for (let at = start + 1; ; at++) {
      const code = text.charCodeAt(at);
      if (code === quote) {
        if (quote === 0x22 || text.charCodeAt(at + 1) !== 0x27) return { end: at + 1, lineStart };
        at++;
      } else if (code === 0x0a) {
        lineStart = at + 1;
        if (isMarker(text, lineStart, text.charCodeAt(lineStart))) {
          throw this.#source.error(lineStart, "found unexpected document indicator");
        }
      } else if (code === 0x5c && quote === 0x22) at = this.#escapeEnd(at);
      else if (Number.isNaN(code)) throw this.#source.error(start, "found unexpected end of stream");
    }
  }

  /** Offset of the last character of an escape, or the one before the line break that it hides. */
  #escapeEnd(at: number): number {
    const next = this.#text.charCodeAt(at + 1);
    if (next === 0x0a || next === 0x0d) return at;
    const found = readEscape(this.#text, at);
    if (found === undefined) throw this.#source.error(at, "found unknown escape character");
    return at + found.length - 1;
  }

  /** Goes over blanks, breaks and comments between brackets. */
  flowSpace(from: number): { pos: number; lineStart: number } {
    const text = this.#text;
    let lineStart = -1;
    for (let at = from; ; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x0a) {
        lineStart = at + 1;
        if (isMarker(text, lineStart, text.charCodeAt(lineStart))) {
          throw this.#source.error(lineStart, "found unexpected document indicator");
        }
      } else if (code === 0x23 && (at === lineStart || isBlank(text.charCodeAt(at - 1)))) {
        const end = text.indexOf("\n", at);
        at = (end < 0 ? text.length : end) - 1;
      } else if (!isSpace(code)) return { pos: at, lineStart };
    }
  }

  /** End, start of the next line and indentation of a block scalar. */
  blockScalar(start: number, parent: number): { end: number; next: number; indent: number } {
    const text = this.#text;
    let indicator = 0;
    let keeps = false;
    let at = start + 1;
    let chomps = 0;
    for (; ; at++) {
      const code = text.charCodeAt(at);
      if (code >= 0x31 && code <= 0x39 && indicator === 0) indicator = code - 0x30;
      else if ((code === 0x2b || code === 0x2d) && chomps === 0) {
        chomps++;
        keeps = code === 0x2b;
      } else break;
    }
    if (!isBlank(text.charCodeAt(at))) {
      throw this.#source.error(at, "did not find expected comment or line break");
    }
    const headerEnd = this.expectLineOver(at);
    let end = headerEnd;
    while (end > at && isSpace(text.charCodeAt(end - 1))) end--;
    let indent = indicator > 0 ? Math.max(parent, 0) + indicator : -1;
    let line = Math.min(headerEnd + 1, text.length);
    let lastBlank = -1;
    let widest = 0;
    while (line < text.length) {
      let ink = line;
      while (text.charCodeAt(ink) === 0x20) ink++;
      const lineEnd = text.indexOf("\n", ink);
      const next = lineEnd < 0 ? text.length : lineEnd + 1;
      let last = lineEnd < 0 ? text.length : lineEnd;
      if (last > ink && text.charCodeAt(last - 1) === 0x0d) last--;
      const column = ink - line;
      if (ink >= last && (indent < 0 || column <= indent)) {
        // Blank lines belong to the text only if more of it follows, or with `+`.
        lastBlank = last;
        widest = Math.max(widest, column);
        line = next;
        continue;
      }
      if (indent < 0) {
        if (column <= parent) break;
        indent = column;
        if (widest > indent) throw this.#source.error(line, "found leading empty lines with too many spaces");
      }
      if (column < indent || (column === 0 && isMarker(text, line, text.charCodeAt(line)))) break;
      end = last;
      lastBlank = -1;
      line = next;
    }
    if (keeps && lastBlank >= 0) end = lastBlank;
    return { end, next: line, indent: indent < 0 ? widest : indent };
  }
}
