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

/** Above this number of comparisons a common subsequence is only guessed at. */
const comparisonBudget = 250_000;

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
  const left = original.items.map(fingerprint);
  const right = desired.items.map(fingerprint);
  const pairs: (number | undefined)[] = new Array(right.length).fill(undefined);
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) pairs[start] = start++;
  let leftEnd = left.length;
  let rightEnd = right.length;
  while (leftEnd > start && rightEnd > start && left[leftEnd - 1] === right[rightEnd - 1]) {
    pairs[--rightEnd] = --leftEnd;
  }
  const between =
    (leftEnd - start) * (rightEnd - start) <= comparisonBudget
      ? commonSubsequence(left, right, start, leftEnd, rightEnd)
      : greedySubsequence(left, right, start, leftEnd, rightEnd);
  for (const [from, to] of between) pairs[to] = from;
  pairByPosition(original, desired, pairs);
  return pairs;
}

function commonSubsequence(
  left: readonly string[],
  right: readonly string[],
  start: number,
  leftEnd: number,
  rightEnd: number,
): [number, number][] {
  const rows = leftEnd - start;
  const columns = rightEnd - start;
  const width = columns + 1;
  const lengths = new Uint32Array((rows + 1) * width);
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      lengths[i * width + j] =
        left[start + i] === right[start + j]
          ? lengths[(i + 1) * width + j + 1]! + 1
          : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < rows && j < columns; ) {
    if (left[start + i] === right[start + j]) pairs.push([start + i++, start + j++]);
    else if (lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!) i++;
    else j++;
  }
  return pairs;
}

/** Pairs equal elements in order without looking back: linear, and good enough for lists this long. */
function greedySubsequence(
  left: readonly string[],
  right: readonly string[],
  start: number,
  leftEnd: number,
  rightEnd: number,
): [number, number][] {
  const places = new Map<string, number[]>();
  for (let i = leftEnd - 1; i >= start; i--) {
    const list = places.get(left[i]!);
    if (list === undefined) places.set(left[i]!, [i]);
    else list.push(i);
  }
  const pairs: [number, number][] = [];
  let next = start;
  for (let j = start; j < rightEnd; j++) {
    const list = places.get(right[j]!);
    while (list !== undefined && list.length > 0 && list.at(-1)! < next) list.pop();
    const at = list?.pop();
    if (at === undefined) continue;
    pairs.push([at, j]);
    next = at + 1;
  }
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
function fingerprint(node: YamlNode): string {
  if (node.kind === "scalar") return `${node.type}:${node.type === "null" ? "" : node.text}`;
  return JSON.stringify(node.toJS(), (_, value: unknown) => {
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  });
}
