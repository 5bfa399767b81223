import type { Output } from "../context.ts";
import { visible } from "./visible.ts";

/** One line at the bottom of a terminal that tells how far a transfer is, and the lasting lines above it. */
export class StatusLine {
  readonly #output: Output;
  #isShown = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Replaces the status; nothing happens where the output is no terminal. */
  show(text: string): void {
    if (!this.#output.isTTY) return;
    const line = visible(text.replaceAll("\n", " ")).slice(0, (this.#output.columns || 80) - 1);
    this.#output.write(`\r\u001b[K${line}`);
    this.#isShown = true;
  }

  /** Writes lasting text; the status makes room for it. */
  write(text: string): void {
    this.clear();
    this.#output.write(visible(text));
  }

  clear(): void {
    if (this.#isShown) this.#output.write("\r\u001b[K");
    this.#isShown = false;
  }
}
