import { schemaAt } from "../core/schema/schema.ts";
import { equalByValue } from "../core/yaml/compare.ts";
import type { SeqNode, YamlNode } from "../core/yaml/node.ts";
import { newSeq } from "../core/yaml/print.ts";
import { mergeBelow, mergeItemComments } from "./comments.ts";
import { copyNew, type MergesElements } from "./copy.ts";
import { elementKeys } from "./element-keys.ts";
import { type ListKind, listKindInSchema } from "./list-kind.ts";
import { keep, type Outcome, type Place, remove, type Sides, type Walk } from "./sides.ts";

const mergesElements: MergesElements = schema => {
  const kind = listKindInSchema(schema);
  return kind !== undefined && kind.is === "keyed";
};

/** A copy of an upstream value for a place where the local file has none. */
export function copyValue(place: Place, node: YamlNode): YamlNode {
  return copyNew(node, place.schema, mergesElements);
}

/** Merges a list element by element; elements keep the local order, new ones follow in upstream's. */
export function mergeList(
  walk: Walk,
  place: Place,
  kind: Exclude<ListKind, { is: "plain" }>,
  sides: Sides<SeqNode | undefined>,
): Outcome {
  const { base, upstream, local } = sides;
  if (upstream === undefined) {
    if (base === undefined || local === undefined) return keep;
    if (equalByValue(local, base)) walk.note(place, sides, "upstream", "removed upstream");
    else if (!walk.settle(place, sides, "removed upstream, changed locally")) return keep;
    return remove;
  }
  if (local === undefined && base === undefined) {
    walk.note(place, sides, "upstream", "added upstream");
    return { kind: "take", node: walk.copy(place, upstream) };
  }
  const result = local ?? newSeq([], { flow: upstream.flow });
  const elements = new Elements(walk, place, kind, { ...sides, local: result });
  if (place.followsComments) mergeBelow(sides);
  elements.merge();
  if (local !== undefined) return keep;
  return result.size === 0 ? keep : { kind: "take", node: result };
}

type Positions = Map<string, number[]>;

class Elements {
  readonly #walk: Walk;
  readonly #place: Place;
  readonly #kind: Exclude<ListKind, { is: "plain" }>;
  readonly #base: SeqNode | undefined;
  readonly #upstream: SeqNode;
  readonly #local: SeqNode;
  /** Positions of local elements that go away; removed at the end so that positions hold. */
  readonly #gone = new Set<number>();

  constructor(
    walk: Walk,
    place: Place,
    kind: Exclude<ListKind, { is: "plain" }>,
    { base, upstream, local }: { base: SeqNode | undefined; upstream: SeqNode | undefined; local: SeqNode },
  ) {
    this.#walk = walk;
    this.#place = place;
    this.#kind = kind;
    this.#base = base;
    this.#upstream = upstream ?? newSeq([]);
    this.#local = local;
  }

  merge(): void {
    const { order, local, base, upstream } = elementKeys(this.#kind, {
      local: this.#local,
      base: this.#base,
      upstream: this.#upstream,
    });
    const count = this.#local.size;
    for (const key of order) {
      const old = first(base, key);
      const fresh = first(upstream, key);
      const mine = local.get(key) ?? [];
      // Several local elements with one key are each merged with the same two others.
      for (const at of mine.length === 0 ? [undefined] : mine) this.#element(key, old, fresh, at);
    }
    for (let at = count - 1; at >= 0; at--) if (this.#gone.has(at)) this.#local.remove(at);
  }

  #element(
    key: string,
    baseAt: number | undefined,
    upstreamAt: number | undefined,
    at: number | undefined,
  ): void {
    const sides = {
      base: baseAt === undefined ? undefined : this.#base?.get(baseAt),
      upstream: upstreamAt === undefined ? undefined : this.#upstream.get(upstreamAt),
      local: at === undefined ? undefined : this.#local.get(at),
    };
    const place = {
      path: `${this.#place.path}[${this.#label(key)}]`,
      schema: schemaAt(this.#place.schema, 0),
      depth: this.#place.depth + 1,
      followsComments: this.#place.followsComments,
    };
    if (at === undefined) this.#missing(place, sides, upstreamAt);
    else if (sides.upstream === undefined) this.#dropped(place, sides, at);
    else this.#both(place, sides, { at, baseAt, upstreamAt });
  }

  #label(key: string): string {
    if (this.#kind.is !== "keyed") return key;
    const { keys } = this.#kind;
    if (keys.length === 1) return `${keys[0]}=${key}`;
    const values = key.split("\0");
    return keys.flatMap((name, at) => (values[at] ? [`${name}=${values[at]}`] : [])).join(",");
  }

  /** Not there locally: new upstream, or removed locally. */
  #missing(place: Place, sides: Sides, upstreamAt: number | undefined): void {
    const { base, upstream } = sides;
    if (upstream === undefined) return;
    if (base !== undefined) {
      if (equalByValue(base, upstream)) return;
      if (!this.#walk.settle(place, sides, "removed locally, changed upstream")) return;
    } else this.#walk.note(place, sides, "upstream", "added upstream");
    this.#local.push(this.#walk.copy(place, upstream));
    if (upstreamAt === undefined) return;
    const comments = this.#upstream.itemComments(upstreamAt);
    mergeItemComments(undefined, comments, this.#local.itemComments(this.#local.size - 1));
  }

  /** There locally, but no longer upstream, if it ever was. */
  #dropped(place: Place, sides: Sides, at: number): void {
    if (sides.base === undefined) {
      this.#walk.note(place, sides, "local", "added locally");
      return;
    }
    if (equalByValue(sides.base, sides.local)) this.#walk.note(place, sides, "upstream", "removed upstream");
    else if (!this.#walk.settle(place, sides, "removed upstream, changed locally")) return;
    this.#gone.add(at);
  }

  #both(
    place: Place,
    sides: Sides,
    positions: { at: number; baseAt: number | undefined; upstreamAt: number | undefined },
  ): void {
    const { at, baseAt, upstreamAt } = positions;
    if (this.#kind.is !== "set") {
      const outcome = this.#walk.value(place, sides);
      if (outcome.kind === "take") this.#local.replace(at, outcome.node);
      else if (outcome.kind === "remove") this.#gone.add(at);
    }
    if (upstreamAt === undefined || !this.#place.followsComments) return;
    mergeItemComments(
      baseAt === undefined ? undefined : this.#base?.itemComments(baseAt),
      this.#upstream.itemComments(upstreamAt),
      this.#local.itemComments(at),
    );
  }
}

function first(positions: Positions, key: string): number | undefined {
  return positions.get(key)?.[0];
}
