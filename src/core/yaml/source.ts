import type { ErrorCode } from "../error.ts";
import { KptError } from "../error.ts";

/** A text that nodes point into. It never changes; edits live in the nodes. */
export class SourceText {
  readonly text: string;
  readonly file: string | undefined;
  /** How new lists stand in a text that has none to show it. */
  readonly indentSeq: "wide" | "compact";
  #newline: "\n" | "\r\n" | undefined;
  #lineStarts: number[] | undefined;

  constructor(text: string, file?: string, indentSeq: "wide" | "compact" = "compact") {
    this.text = text;
    this.file = file;
    this.indentSeq = indentSeq;
  }

  /** The line ending of new lines: that of the first line. */
  get newline(): "\n" | "\r\n" {
    if (this.#newline === undefined) {
      const first = this.text.indexOf("\n");
      this.#newline = first > 0 && this.text[first - 1] === "\r" ? "\r\n" : "\n";
    }
    return this.#newline;
  }

  /** Line and column of an offset, both from 1. */
  position(offset: number): { line: number; column: number } {
    const starts = this.#starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  }

  /** Start of the line that an offset lies on. */
  lineStart(offset: number): number {
    return offset === 0 ? 0 : this.text.lastIndexOf("\n", offset - 1) + 1;
  }

  /** Offset just behind the line break that ends the line of an offset; the length of the text on the last line. */
  lineEnd(offset: number): number {
    const end = this.text.indexOf("\n", offset);
    return end < 0 ? this.text.length : end + 1;
  }

  /** Column of an offset from 0; a byte order mark before it takes no column. */
  column(offset: number): number {
    const start = this.lineStart(offset);
    return offset - start - (start === 0 && this.text.charCodeAt(0) === 0xfeff ? 1 : 0);
  }

  /** The error of something at an offset that can't be read. */
  error(offset: number, problem: string, code: ErrorCode = "YAML_SYNTAX"): KptError {
    const { line, column } = this.position(offset);
    return new KptError(code, `yaml: line ${line}: ${problem}`, {
      place: { file: this.file ?? "", line, column },
    });
  }

  #starts(): number[] {
    if (this.#lineStarts === undefined) {
      const starts = [0];
      for (let at = this.text.indexOf("\n"); at >= 0; at = this.text.indexOf("\n", at + 1))
        starts.push(at + 1);
      this.#lineStarts = starts;
    }
    return this.#lineStarts;
  }
}
