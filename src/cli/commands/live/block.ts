import { formatDisplay } from "../../../core/resource-id.ts";
import { cleanText } from "../../../kube/clean-text.ts";
import type { LiveEvent } from "../../../live/events.ts";
import { keyOf } from "../../../live/plan/identity.ts";
import type { Reporter, Sink } from "../../../live/report/reporter.ts";
import { Tally } from "../../../live/report/tally.ts";
import type { Context } from "../../context.ts";

interface Waiting {
  name: string;
  status: string;
  since: number;
}

const maxRows = 8;
const redrawMs = 500;
const minRedrawMs = 100;

/**
 * Lines of a run, and below them on a terminal what is waited for: each object with its status and how
 * long it has taken, and the totals. In logs and pipes there are only the lines.
 */
export function withBlock(context: Context, create: (out: Sink) => Reporter): Reporter {
  const { stdout } = context;
  if (!stdout.isTTY) return create(stdout);
  const block = new Block(context);
  const reporter = create({ write: text => block.print(text) });
  // Only the elapsed times change by themselves.
  const timer = setInterval(() => block.draw(), redrawMs);
  timer.unref();
  return {
    event(event) {
      block.add(event);
      reporter.event(event);
      block.refresh();
    },
    end() {
      clearInterval(timer);
      block.clear();
      block.close();
      reporter.end();
    },
  };
}

class Block {
  readonly #context: Context;
  readonly #waiting = new Map<string, Waiting>();
  readonly #tally = new Tally();
  #total = 0;
  #lines = 0;
  #isClosed = false;
  #drawn = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  add(event: LiveEvent): void {
    this.#tally.add(event);
    if (event.type === "init") {
      for (const { action, ids } of event.groups) if (action === "Wait") this.#total += ids.length;
    } else if (event.type === "wait") {
      const key = keyOf(event.id);
      if (event.status !== "Pending") this.#waiting.delete(key);
      else {
        const since = this.#context.now().getTime();
        this.#waiting.set(key, { name: formatDisplay(event.id), status: "", since });
      }
    } else if (event.type === "status") {
      const waiting = this.#waiting.get(keyOf(event.id));
      if (waiting !== undefined) waiting.status = `${event.tree.status}: ${event.tree.message}`;
    }
  }

  /** Lasting lines push the block down. */
  print(text: string): void {
    this.clear();
    this.#context.stdout.write(text);
  }

  /** As often as an eye can follow, however fast events come. */
  refresh(): void {
    if (this.#context.now().getTime() - this.#drawn >= minRedrawMs) this.draw();
  }

  draw(): void {
    if (this.#isClosed) return;
    this.#drawn = this.#context.now().getTime();
    this.clear();
    if (this.#waiting.size === 0) return;
    const now = this.#context.now().getTime();
    const shown = [...this.#waiting.values()].slice(0, maxRows);
    const rows = shown.map(({ name, status, since }) => {
      const seconds = Math.floor((now - since) / 1000);
      return `  ${name}  ${status === "" ? "waiting" : status}  ${seconds}s`;
    });
    if (this.#waiting.size > shown.length) rows.push(`  and ${this.#waiting.size - shown.length} more`);
    const { successful } = this.#tally.counts.Wait;
    rows.push(`${successful}/${this.#total} reconciled, ${this.#waiting.size} waiting`);
    const { columns } = this.#context.stdout;
    const width = columns > 1 ? columns - 1 : 79;
    const lines = rows.map(row => [...cleanText(row).replaceAll("\n", " ")].slice(0, width).join(""));
    this.#context.stdout.write(`${lines.join("\n")}\n`);
    this.#lines = lines.length;
  }

  clear(): void {
    if (this.#lines > 0) this.#context.stdout.write(`\u001b[${this.#lines}A\u001b[J`);
    this.#lines = 0;
  }

  close(): void {
    this.#isClosed = true;
  }
}
