import { reindent } from "./region.ts";
import type { SourceText } from "./source.ts";

/** A text in the making: copied slices of sources and new pieces, with one line ending. */
export class Out {
  readonly #pieces: string[] = [];
  readonly #newline: "\n" | "\r\n";
  #last = "\n";
  #isSealed = false;

  constructor(newline: "\n" | "\r\n") {
    this.#newline = newline;
  }

  /** Adds new text, whose line breaks are plain line feeds. */
  raw(text: string): void {
    if (text === "") return;
    this.#push(this.#newline === "\n" ? text : text.replaceAll("\n", "\r\n"));
  }

  /** Copies a slice of a source, its lines shifted to the right by a number of columns. */
  copy(source: SourceText, from: number, to: number, shift: number): void {
    if (from >= to) return;
    let text = source.text.slice(from, to);
    if (shift !== 0) text = reindent(text, shift, source.lineStart(from) === from && this.#last === "\n");
    this.#push(this.#adapt(text));
  }

  /** Adds whole lines that were taken out of a source. */
  lines(text: string | undefined, shift: number): void {
    if (text === undefined || text === "") return;
    this.breakLine();
    this.#push(this.#adapt(reindent(text, shift, true)));
  }

  /** Ends the line unless nothing is on it. */
  breakLine(): void {
    if (this.#last !== "\n") this.#push(this.#newline);
  }

  /** Begins a line at a column. */
  indent(column: number): void {
    this.breakLine();
    if (column > 0) this.#push(" ".repeat(column));
  }

  /** Keeps blank lines off what was just written: behind a block scalar with `+` they would become part of it. */
  seal(): void {
    this.#isSealed = true;
  }

  get endsInBlank(): boolean {
    return this.#last === " " || this.#last === "\n" || this.#last === "\t";
  }

  toString(): string {
    return this.#pieces.join("");
  }

  #adapt(text: string): string {
    if (this.#newline === "\n") return text.includes("\r\n") ? text.replaceAll("\r\n", "\n") : text;
    return text.replace(/\r?\n/g, "\r\n");
  }

  #push(whole: string): void {
    let text = whole;
    if (this.#isSealed) {
      text = whole.replace(/^(?:[ \t]*\r?\n)+/, this.#last === "\n" ? "" : this.#newline);
      if (text !== "" && text !== this.#newline) this.#isSealed = false;
    }
    if (text === "") return;
    this.#pieces.push(text);
    // A byte order mark takes no place on its line.
    this.#last = text === "\ufeff" ? "\n" : (text[text.length - 1] ?? "");
  }
}
