import { commonSubsequence } from "../subsequence.ts";
import type { SeqNode, YamlNode } from "./node.ts";

/** Fields by which the elements of Kubernetes' lists are known, the most telling first. */
const identityFields = [
  "name",
  "key",
  "mountPath",
  "devicePath",
  "containerPort",
  "port",
  "ip",
  "topologyKey",
  "type",
  "uid",
  "id",
  "image",
];

/** For each element of `desired` the position in `original` of the element that it continues. */
export function pairItems(original: SeqNode, desired: SeqNode): (number | undefined)[] {
  return pairByIdentity(original, desired) ?? pairByContent(original, desired);
}

function pairByIdentity(original: SeqNode, desired: SeqNode): (number | undefined)[] | undefined {
  if (original.size === 0 || desired.size === 0) return undefined;
  for (const field of identityFields) {
    const left = identities(original, field);
    if (left === undefined) continue;
    const right = identities(desired, field);
    if (right === undefined) continue;
    const at = new Map(left.map((identity, i) => [identity, i]));
    return right.map(identity => at.get(identity));
  }
  return undefined;
}

/** What a field says of each element, if it tells them apart. */
function identities(seq: SeqNode, field: string): string[] | undefined {
  const found = new Set<string>();
  for (const item of seq.items) {
    const value = item.kind === "map" ? item.get(field) : undefined;
    if (value?.kind !== "scalar" || found.has(value.text)) return undefined;
    found.add(value.text);
  }
  return [...found];
}

function pairByContent(original: SeqNode, desired: SeqNode): (number | undefined)[] {
  const pairs: (number | undefined)[] = new Array(desired.size).fill(undefined);
  const common = commonSubsequence(original.items.map(fingerprint), desired.items.map(fingerprint));
  for (const [from, to] of common) pairs[to] = from;
  pairByPosition(original, desired, pairs);
  return pairs;
}

/** Between paired elements the others continue each other in order, as long as both are of one kind. */
function pairByPosition(original: SeqNode, desired: SeqNode, pairs: (number | undefined)[]): void {
  let next = 0;
  for (let j = 0; j < pairs.length; j++) {
    const paired = pairs[j];
    if (paired !== undefined) {
      next = paired + 1;
      continue;
    }
    let end = j;
    while (end < pairs.length && pairs[end] === undefined) end++;
    const limit = pairs[end] ?? original.size;
    for (; j < end; j++) {
      if (next < limit && original.items[next]?.kind === desired.items[j]?.kind) pairs[j] = next++;
    }
    j--;
  }
}

/** A text that is equal for nodes that mean the same. */
export function fingerprint(node: YamlNode): string {
  if (node.kind === "scalar") return `${node.type}:${node.type === "null" ? "" : node.text}`;
  return JSON.stringify(node.toJS(), (_, value: unknown) => {
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  });
}
