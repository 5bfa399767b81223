import type { Item } from "./item.ts";

/** One field that a function changed. Values are JSON text; those of Secrets are masked. */
export interface FieldChange {
  /** `Kind/namespace/name`. */
  object: string;
  file: string;
  /** Empty where the whole object came or went. */
  path: string;
  before: string | undefined;
  after: string | undefined;
}

/** What the items mean now, to be compared with what they mean after a function. */
export type Snapshot = ReadonlyMap<Item["node"], { item: Item; value: unknown }>;

export function takeSnapshot(items: readonly Item[]): Snapshot {
  return new Map(items.map(item => [item.node, { item, value: item.node.toJS() }]));
}

/** The fields in which two states of a list differ, object by object in the order of the list. */
export function changesBetween(before: Snapshot, after: Snapshot): FieldChange[] {
  const changes: FieldChange[] = [];
  for (const [node, { item, value }] of before) {
    const now = after.get(node);
    if (now === undefined) changes.push(change(item, "", "(removed)", undefined));
    else {
      if (now.item.path !== item.path)
        changes.push(change(item, "(file)", item.path ?? "", now.item.path ?? ""));
      compare(item, [], value, now.value, changes);
    }
  }
  for (const [node, { item }] of after) {
    if (!before.has(node)) changes.push(change(item, "", undefined, "(added)"));
  }
  return changes;
}

interface Pair {
  path: string[];
  before: unknown;
  after: unknown;
}

/** Works through a stack of its own: objects may be nested deeper than calls can be. */
function compare(item: Item, path: string[], before: unknown, after: unknown, changes: FieldChange[]): void {
  const pending: Pair[] = [{ path, before, after }];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const { path: at, before: old, after: now } = pair;
    if (Object.is(old, now)) continue;
    if (isCollection(old) && isCollection(now) && Array.isArray(old) === Array.isArray(now)) {
      const left = new Map(Object.entries(old));
      const right = new Map(Object.entries(now));
      const keys = [...new Set([...left.keys(), ...right.keys()])].reverse();
      for (const key of keys) {
        const step = Array.isArray(old) ? `[${key}]` : key;
        pending.push({ path: [...at, step], before: left.get(key), after: right.get(key) });
      }
      continue;
    }
    changes.push(change(item, spell(at), masked(item, at, old), masked(item, at, now)));
  }
}

function isCollection(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function spell(path: readonly string[]): string {
  return path
    .map((step, i) =>
      step.startsWith("[") ? step : step.includes(".") ? `["${step}"]` : i === 0 ? step : `.${step}`,
    )
    .join("");
}

function masked(item: Item, path: readonly string[], value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const isSecret = item.resource?.kind === "Secret" && item.resource.apiVersion === "v1";
  if (isSecret && (path[0] === "data" || path[0] === "stringData")) return "***";
  return JSON.stringify(value, (_key, each: unknown) => (typeof each === "bigint" ? each.toString() : each));
}

function change(
  item: Item,
  path: string,
  before: string | undefined,
  after: string | undefined,
): FieldChange {
  const { kind = "", namespace, name = "" } = item.resource ?? {};
  const object = [kind, namespace, name].filter(part => part !== undefined && part !== "").join("/");
  return { object, file: item.path ?? "", path, before, after };
}
