import type { SeqNode, YamlNode } from "../core/yaml/node.ts";
import type { ListKind } from "./list-kind.ts";
import type { Sides } from "./sides.ts";

/** Which elements of three lists are the same one. Keys of several fields are joined by NUL. */
export interface ElementKeys {
  /** Every key once: local order, then what base and upstream add. */
  order: string[];
  local: Map<string, number[]>;
  base: Map<string, number[]>;
  upstream: Map<string, number[]>;
}

type Keyed = Exclude<ListKind, { is: "plain" }>;

export function elementKeys(kind: Keyed, sides: Sides<SeqNode | undefined>): ElementKeys {
  const lists = [sides.local, sides.base, sides.upstream].map(list => list?.items ?? []);
  const tuples = lists.map(items => tuplesOf(kind, items));
  const full = kind.is === "keyed" && kind.keys.length > 1 ? completedTuples(tuples.flat()) : undefined;
  const order = new Set<string>();
  for (const list of tuples) for (const tuple of list) order.add(keyOf(full, tuple));
  const [local, base, upstream] = tuples.map(list => positionsIn(list, full));
  return {
    order: [...order],
    local: local ?? new Map(),
    base: base ?? new Map(),
    upstream: upstream ?? new Map(),
  };
}

function tuplesOf(kind: Keyed, items: readonly YamlNode[]): string[][] {
  if (kind.is === "identified") return kind.identify(items).map(key => [key]);
  if (kind.is === "set") return items.map(item => [item.kind === "scalar" ? item.text : valueKey(item)]);
  return items.map(item => {
    const values = item.kind === "map" ? kind.keys.map(key => item.text(key) ?? "") : [];
    // An element without any key is the same one only if its whole value is.
    return values.some(value => value !== "") ? values : [`\0${valueKey(item)}`];
  });
}

function keyOf(full: ReadonlyMap<string, string> | undefined, tuple: readonly string[]): string {
  const key = tuple.join("\0");
  return full?.get(key) ?? key;
}

/**
 * kyaml's rule for lists with several keys: where one element lacks a part of the key and another has it, with the
 * other parts equal, they count as one key, and only elements that have all of it carry it. So a port 80 without
 * protocol is not found once any side says `80/TCP`. Spec: pkg 6.3.
 */
function completedTuples(tuples: readonly (readonly string[])[]): Map<string, string> {
  const full = new Map<string, string>();
  const byPart = new Map<string, (readonly string[])[]>();
  for (const tuple of tuples) {
    tuple.forEach((part, index) => {
      if (part === "") return;
      const at = `${index}\0${part}`;
      const known = byPart.get(at);
      if (known === undefined) byPart.set(at, [tuple]);
      else if (known.length < maxCandidates) known.push(tuple);
    });
  }
  for (const tuple of tuples) {
    if (!tuple.includes("")) continue;
    const index = tuple.findIndex(part => part !== "");
    const candidates = byPart.get(`${index}\0${tuple[index] ?? ""}`) ?? [];
    const longer = candidates.find(other => completes(other, tuple));
    if (longer !== undefined) full.set(tuple.join("\0"), longer.join("\0"));
  }
  return full;
}

/** Lists with more elements that share a part of their key don't occur; the limit keeps the search linear. */
const maxCandidates = 100;

function completes(other: readonly string[], tuple: readonly string[]): boolean {
  if (other.length !== tuple.length) return false;
  let longer = false;
  for (let i = 0; i < tuple.length; i++) {
    if (tuple[i] === other[i]) continue;
    if (tuple[i] !== "") return false;
    longer = true;
  }
  return longer;
}

/** Positions by key; elements whose own key is only a part of it are not among them. */
function positionsIn(
  tuples: readonly (readonly string[])[],
  full: ReadonlyMap<string, string> | undefined,
): Map<string, number[]> {
  const positions = new Map<string, number[]>();
  tuples.forEach((tuple, at) => {
    const key = tuple.join("\0");
    if (full?.has(key)) return;
    const known = positions.get(key);
    if (known === undefined) positions.set(key, [at]);
    else known.push(at);
  });
  return positions;
}

function valueKey(node: YamlNode): string {
  return JSON.stringify(node.toJS(), (_, value: unknown) => {
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  });
}
