import { duration, quoted } from "../../../fn/spelling.ts";
import type { Output } from "../../context.ts";
import { StatusLine } from "../../terminal/status-line.ts";

/** On a terminal, tells every second which function is running and for how long. Elsewhere there are only lasting lines. */
export class RunningLine {
  readonly #line: StatusLine;
  #timer: NodeJS.Timeout | undefined;

  constructor(output: Output) {
    this.#line = new StatusLine(output);
  }

  start(label: string): void {
    this.stop();
    // Whether this is a terminal is asked after a second: it costs more than a short function.
    let seconds = 0;
    this.#timer = setInterval(() => {
      seconds++;
      this.#line.show(`… ${duration(seconds * 1000)} ${quoted(label)}`);
    }, 1000);
    this.#timer.unref();
  }

  /** Writes lasting text above the line. */
  write(text: string): void {
    this.#line.write(text);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#line.clear();
  }
}
