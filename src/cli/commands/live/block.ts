import { formatDisplay, type ResourceId } from "../../../core/resource-id.ts";
import { cleanText } from "../../../kube/clean-text.ts";
import type { LiveEvent } from "../../../live/events.ts";
import { keyOf } from "../../../live/plan/identity.ts";
import type { Reporter, Sink } from "../../../live/report/reporter.ts";
import { Tally } from "../../../live/report/tally.ts";
import { reasonsOf } from "../../../live/status/reasons.ts";
import type { Context } from "../../context.ts";

/** One object of a run, as far as the block shows it. */
interface Shown {
  name: string;
  /** `created`, `deleted`, …; empty before. */
  action: string;
  status: string;
  /** When the wait for it began. */
  since: number | undefined;
  isSettled: boolean;
  after: { on: Shown; reason: string }[];
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
  readonly #objects = new Map<string, Shown>();
  readonly #tally = new Tally();
  #lines = 0;
  #isClosed = false;
  #drawn = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  add(event: LiveEvent): void {
    this.#tally.add(event);
    switch (event.type) {
      case "init":
        for (const { action, ids } of event.groups) if (action === "Wait") for (const id of ids) this.#of(id);
        for (const { id, after, reason } of event.waits ?? []) {
          this.#of(id).after.push({ on: this.#of(after), reason });
        }
        break;
      case "apply":
      case "prune":
      case "delete":
        this.#of(event.id).action = event.operation ?? done[event.type];
        break;
      case "wait": {
        const shown = this.#of(event.id);
        shown.isSettled = event.status !== "Pending";
        shown.since ??= this.#context.now().getTime();
        break;
      }
      case "status":
        this.#of(event.id).status = `${event.tree.status}: ${reasonsOf(event.tree).join("; ")}`;
        break;
    }
  }

  #of(id: ResourceId): Shown {
    const key = keyOf(id);
    const found = this.#objects.get(key);
    if (found !== undefined) return found;
    const shown: Shown = {
      name: formatDisplay(id),
      action: "",
      status: "",
      since: undefined,
      isSettled: false,
      after: [],
    };
    this.#objects.set(key, shown);
    return shown;
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
    const open = [...this.#objects.values()].filter(one => !one.isSettled);
    const waiting = open.filter(one => one.since !== undefined);
    if (waiting.length === 0) return;
    const now = this.#context.now().getTime();
    const blocked = open.flatMap(one => {
      const edge = one.since === undefined ? one.after.find(({ on }) => !on.isSettled) : undefined;
      return edge === undefined ? [] : [`  ${one.name}  after ${edge.on.name} (${edge.reason})`];
    });
    const all = [...waiting.map(one => waitingRow(one, now)), ...blocked];
    const rows = all.slice(0, maxRows);
    if (all.length > rows.length) rows.push(`  and ${all.length - rows.length} more`);
    const { successful, failed, timeout } = this.#tally.counts.Wait;
    const toCome = open.length - waiting.length;
    rows.push(
      [
        `${successful}/${this.#objects.size} reconciled`,
        `${waiting.length} waiting`,
        ...(toCome > 0 ? [`${toCome} to come`] : []),
        ...(failed + timeout > 0 ? [`${failed + timeout} not reconciled`] : []),
      ].join(", "),
    );
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

const done = { apply: "applied", prune: "pruned", delete: "deleted" } as const;

function waitingRow({ name, action, status, since = 0 }: Shown, now: number): string {
  const seconds = Math.floor((now - since) / 1000);
  const state = [action, status === "" ? "waiting" : status].filter(text => text !== "").join(", ");
  return `  ${name}  ${seconds}s  ${state}`;
}
