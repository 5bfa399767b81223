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
      const isSecret = hidesValues(value) || hidesValues(now.value);
      compare({ item, isSecret, before: value, after: now.value }, changes);
    }
  }
  for (const [node, { item }] of after) {
    if (!before.has(node)) changes.push(change(item, "", undefined, "(added)"));
  }
  return changes;
}

/** Whether an object is a Secret; a function may have made it one, or something else of it. */
function hidesValues(value: unknown): boolean {
  if (!isCollection(value)) return false;
  const { kind, apiVersion } = Object.fromEntries(Object.entries(value));
  return kind === "Secret" && apiVersion === "v1";
}

interface Comparison {
  item: Item;
  isSecret: boolean;
  before: unknown;
  after: unknown;
}

interface Pair {
  path: string[];
  before: unknown;
  after: unknown;
}

/** Works through a stack of its own: objects may be nested deeper than calls can be. */
function compare({ item, isSecret, before, after }: Comparison, changes: FieldChange[]): void {
  const pending: Pair[] = [{ path: [], before, after }];
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
    changes.push(change(item, spell(at), shown(old, isSecret, at), shown(now, isSecret, at)));
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

/** Where a Secret's values stand, the copy that kubectl keeps of them included. */
function isHidden([first, second, third]: readonly string[]): boolean {
  if (first === "data" || first === "stringData") return true;
  if (first !== "metadata" || (second !== undefined && second !== "annotations")) return false;
  return third === undefined || third === "kubectl.kubernetes.io/last-applied-configuration";
}

function shown(value: unknown, isSecret: boolean, path: readonly string[]): string | undefined {
  if (value === undefined) return undefined;
  if (isSecret && isHidden(path)) return "***";
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
