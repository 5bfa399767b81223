import { compareBytes, isMap, listAt, textAt } from "../../core/json.ts";
import type { ResourceId } from "../../core/resource-id.ts";
import { cleanText } from "../../kube/clean-text.ts";
import type { LiveEvent } from "../events.ts";
import { keyOf } from "../plan/identity.ts";
import type { StatusTree } from "../status/tree.ts";
import type { Reporter, ReportOptions, Sink } from "./reporter.ts";

export interface Row {
  id: ResourceId;
  action: string;
  reconciled: string;
  error: string;
  inventory: string;
  tree: StatusTree | undefined;
}

export interface Column {
  title: string;
  width: number;
  cell(row: Row, tree: StatusTree | undefined, now: Date, prefix: string): Cell;
}

/** Parts of a cell with the colour of each. */
type Cell = readonly { text: string; colour?: number }[];

const green = 32;
const yellow = 33;
const red = 31;

const plain = (text: string): Cell => [{ text }];

const namespaceColumn: Column = {
  title: "NAMESPACE",
  width: 10,
  cell: (row, tree) => plain(tree?.namespace ?? row.id.namespace),
};
const resourceColumn: Column = {
  title: "RESOURCE",
  width: 40,
  cell: (row, tree, _, prefix) => plain(`${prefix}${tree?.kind ?? row.id.kind}/${tree?.name ?? row.id.name}`),
};
const actionColumn: Column = {
  title: "ACTION",
  width: 12,
  cell: (row, _tree, _now, prefix) => plain(prefix === "" ? row.action : ""),
};
const statusColumn: Column = {
  title: "STATUS",
  width: 10,
  cell: (_, tree) => {
    const text = tree?.status ?? "Unknown";
    const colours: Record<string, number> = { Current: green, InProgress: yellow, Failed: red };
    const colour = colours[text];
    return colour === undefined ? plain(text) : [{ text, colour }];
  },
};
const reconciledColumn: Column = {
  title: "RECONCILED",
  width: 10,
  cell: (row, _tree, _now, prefix) => plain(prefix === "" ? row.reconciled : ""),
};
const conditionsColumn: Column = {
  title: "CONDITIONS",
  width: 40,
  cell: (_, tree) => {
    if (tree?.object === undefined) return plain("-");
    const conditions = listAt(tree.object, "status", "conditions").filter(isMap);
    if (conditions.length === 0) return plain("<None>");
    return conditions.flatMap((condition, index) => {
      const status = textAt(condition, "status");
      const colour = status === "True" ? green : status === "False" ? red : yellow;
      const text = textAt(condition, "type") ?? "";
      return index === 0 ? [{ text, colour }] : [{ text: "," }, { text, colour }];
    });
  },
};
const ageColumn: Column = {
  title: "AGE",
  width: 6,
  cell: (_, tree, now) => plain(age(textAt(tree?.object, "metadata", "creationTimestamp"), now)),
};
const messageColumn: Column = {
  title: "MESSAGE",
  width: 40,
  cell: (row, tree, _, prefix) => {
    if (prefix === "" && row.error !== "") return plain(row.error);
    return plain(tree?.error ?? tree?.message ?? "");
  },
};
const inventoryColumn: Column = {
  title: "INVENTORY_NAME",
  width: 30,
  cell: row => plain(row.inventory),
};

export const runColumns = [
  namespaceColumn,
  resourceColumn,
  actionColumn,
  statusColumn,
  reconciledColumn,
  conditionsColumn,
  ageColumn,
  messageColumn,
];
export const statusColumns = [
  namespaceColumn,
  resourceColumn,
  statusColumn,
  conditionsColumn,
  ageColumn,
  messageColumn,
  inventoryColumn,
];

export function age(created: string | undefined, now: Date): string {
  const seconds = Math.floor((now.getTime() - Date.parse(created ?? "")) / 1000);
  if (Number.isNaN(seconds)) return "-";
  if (seconds <= 90) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  return minutes <= 90 ? `${minutes}m` : `${Math.floor(minutes / 60)}h`;
}

/** A table that is drawn again over itself. */
export class Table {
  readonly #columns: readonly Column[];
  readonly #out: Sink;
  readonly #now: () => Date;
  #lines = 0;

  constructor(out: Sink, columns: readonly Column[], now: () => Date) {
    this.#out = out;
    this.#columns = columns;
    this.#now = now;
  }

  draw(rows: Iterable<Row>): void {
    const now = this.#now();
    const lines = [this.#columns.map(column => column.title.padEnd(column.width)).join("  ")];
    for (const row of [...rows].sort(compareRows)) {
      lines.push(this.#line(row, row.tree, now, ""));
      for (const [prefix, tree] of descendants(row.tree, "")) lines.push(this.#line(row, tree, now, prefix));
    }
    const erase = "\u001b[1A\u001b[2K\r".repeat(this.#lines);
    this.#out.write(`${erase}${lines.join("\n")}\n`);
    this.#lines = lines.length;
  }

  #line(row: Row, tree: StatusTree | undefined, now: Date, prefix: string): string {
    return this.#columns.map(column => fit(column.cell(row, tree, now, prefix), column.width)).join("  ");
  }
}

function* descendants(tree: StatusTree | undefined, indent: string): Iterable<[string, StatusTree]> {
  const children = tree?.generated ?? [];
  for (const [index, child] of children.entries()) {
    const isLast = index === children.length - 1;
    yield [`${indent}${isLast ? "└─ " : "├─ "}`, child];
    yield* descendants(child, `${indent}${isLast ? "   " : "│  "}`);
  }
}

/** Cuts at the width and pads up to it; colours take no room. */
function fit(cell: Cell, width: number): string {
  let left = width;
  let text = "";
  for (const part of cell) {
    const cut = [...cleanText(part.text).replaceAll("\n", " ")].slice(0, left).join("");
    left -= [...cut].length;
    text += part.colour === undefined ? cut : `\u001b[${part.colour}m${cut}\u001b[0m`;
    if (left === 0) break;
  }
  return text + " ".repeat(left);
}

export function compareRows(a: Row, b: Row): number {
  return (
    compareBytes(a.id.namespace, b.id.namespace) ||
    compareBytes(a.id.group, b.id.group) ||
    compareBytes(a.id.kind, b.id.kind) ||
    compareBytes(a.id.name, b.id.name)
  );
}

/** Rows of a run, kept up to date by its events. */
export class Rows {
  readonly rows = new Map<string, Row>();
  readonly #isTerse: boolean;

  /** Terse rows say what the status says, and not why. */
  constructor(isTerse = false) {
    this.#isTerse = isTerse;
  }

  add(event: LiveEvent): void {
    switch (event.type) {
      case "init":
        for (const { ids } of event.groups) for (const id of ids) this.#row(id);
        break;
      case "apply":
      case "prune":
      case "delete": {
        const row = this.#row(event.id);
        row.action = event.status;
        row.error = this.#isTerse ? "" : (event.error ?? "");
        break;
      }
      case "wait": {
        const row = this.#row(event.id);
        row.reconciled = event.status;
        if (event.explanation !== undefined && row.error === "" && !this.#isTerse)
          row.error = event.explanation;
        break;
      }
      case "status":
        this.#row(event.id).tree = event.tree;
        break;
    }
  }

  #row(id: ResourceId): Row {
    const key = keyOf(id);
    const found = this.rows.get(key);
    if (found !== undefined) return found;
    const row: Row = { id, action: "Pending", reconciled: "", error: "", inventory: "", tree: undefined };
    this.rows.set(key, row);
    return row;
  }
}

/** How often a table is drawn again at most. */
const redrawMs = 500;

export function tableReporter(out: Sink, options: ReportOptions): Reporter {
  const rows = new Rows(options.isTerse === true);
  const table = new Table(out, runColumns, options.now);
  let drawn = 0;
  let isReady = false;
  return {
    event(event: LiveEvent): void {
      rows.add(event);
      if (event.type === "init") isReady = true;
      const now = options.now().getTime();
      if (!isReady || now - drawn < redrawMs) return;
      drawn = now;
      table.draw(rows.rows.values());
    },
    end(): void {
      if (!isReady) return;
      table.draw(rows.rows.values());
      out.write("\n");
    },
  };
}
