import { type Schema, schemaAt } from "../core/schema/schema.ts";
import { hasSameComments } from "../core/yaml/comments.ts";
import { equalByValue } from "../core/yaml/compare.ts";
import type { MapEntry, MapNode, SeqNode, YamlNode } from "../core/yaml/node.ts";
import { newMap } from "../core/yaml/print.ts";
import { copyComments, mergeBelow, mergeComments, mergeCommentsInside } from "./comments.ts";
import { TypeConflict } from "./conflict.ts";
import { copyWhole, keepKeySpelling } from "./copy.ts";
import type { ConflictPolicy, Decision, Taken } from "./decision.ts";
import { type ListRules, listKind } from "./list-kind.ts";
import { copyValue, mergeList } from "./lists.ts";
import { comparePlainLists, mergePlainLists } from "./plain-list.ts";
import { plainValue } from "./plain-value.ts";
import { schemaInComment } from "./schema-comment.ts";
import { setText } from "./set-text.ts";
import {
  asMap,
  asScalar,
  asSeq,
  fieldPath,
  isNull,
  keep,
  kindOf,
  type Outcome,
  type Place,
  present,
  remove,
  type Sides,
  sortedKeys,
  type Walk,
} from "./sides.ts";

export interface MergeOptions {
  schema?: Schema | undefined;
  /** `generic` is the merge of Kptfiles: a null on either side always removes. `resource` unless said otherwise. */
  variant?: "generic" | "resource";
  /** Lists that no schema knows are merged by `name` when all their elements have one. */
  infer?: boolean;
  lenient?: boolean;
  identify?: ListRules["identify"];
  /** Nulls are values like others, as in the values of a chart; in resources they stand for what is not there. */
  keepsNulls?: boolean;
  /** New values keep the order of their fields; otherwise it is kpt's, the order of the bytes. */
  asWritten?: boolean;
  /** Names of the fields of a map in the order in which new ones are to stand; others go to the end. */
  order?: (path: string) => readonly string[];
  /** Fields that upstream never decides: neither their value nor their comments are merged. */
  isOurs?: (path: string) => boolean;
  /** Without it upstream wins, and a map that meets a list or a scalar is an error, as in Go kpt. */
  onConflict?: ConflictPolicy | undefined;
  /** What decisions say about where they were made. */
  about?: { file: string; object?: string; kind?: string };
  /** Whether upstream may have changed comments; callers who know that it hasn't save much time. */
  followsComments?: boolean;
}

/** Maps and lists that are nested deeper are merged as one value. */
const maxDepth = 200;

/**
 * Merges three versions of a value. The local nodes are edited in place, so that everything that does not change keeps
 * its bytes; the result is the local node, another one that has to take its place, or undefined where nothing is left.
 */
export function mergeNodes(
  sides: Sides,
  options: MergeOptions = {},
): { result: YamlNode | undefined; decisions: Decision[] } {
  const merger = new Merger(options);
  const { schema, followsComments = true } = options;
  const outcome = merger.value({ path: "", schema, depth: 0, followsComments }, sides);
  if (outcome.kind === "remove") return { result: undefined, decisions: merger.decisions };
  return { result: outcome.kind === "take" ? outcome.node : sides.local, decisions: merger.decisions };
}

class Merger implements Walk {
  readonly decisions: Decision[] = [];
  readonly #options: MergeOptions;
  readonly #rules: ListRules;

  constructor(options: MergeOptions) {
    this.#options = options;
    const { infer = false, lenient = false, identify } = options;
    this.#rules = { infer, lenient, identify };
  }

  value(at: Place, sides: Sides): Outcome {
    const followsComments = at.followsComments && !hasSameComments(sides.base, sides.upstream);
    const place = followsComments === at.followsComments ? at : { ...at, followsComments };
    const local = present(sides.local);
    const base = present(sides.base);
    const upstream = present(sides.upstream);
    if (this.#options.keepsNulls && Object.values(sides).some(isNull)) {
      return this.#plain(place, sides, equalByValue);
    }
    const decisive = local ?? base ?? upstream;
    if (decisive === undefined) return isNull(sides.local) ? remove : keep;
    const kind = kindOf(decisive);
    for (const side of [local, base, upstream]) {
      if (side !== undefined && kindOf(side) !== kind) return this.#otherType(place, sides, kind, side);
    }
    if (place.depth > maxDepth || [local, base, upstream].some(side => side?.kind === "alias")) {
      return this.#plain(place, sides, equalByValue);
    }
    if (kind === "scalar") return this.#scalar(place, sides);
    // Keys that are maps or lists stand for themselves only in their spelling (templates of charts look like that).
    if (kind === "map" && [local, base, upstream].some(side => asMap(side)?.entries.some(isOddKey))) {
      return this.#plain(place, sides, equalByValue);
    }
    if (kind === "map") {
      return (
        this.#null(place, sides) ??
        this.#map(place, { local: asMap(local), base: asMap(base), upstream: asMap(upstream) })
      );
    }
    const lists = { local: asSeq(local), base: asSeq(base), upstream: asSeq(upstream) };
    const listed = listKind(this.#rules, place, lists);
    return listed.is === "plain"
      ? this.#plain(place, sides, equalByValue)
      : mergeList(this, place, listed, lists);
  }

  settle(place: Place, sides: Sides, note?: string): boolean {
    const upstreamWins = this.#options.onConflict !== "local";
    this.#decide(place, sides, upstreamWins ? "upstream" : "local", true, note);
    return upstreamWins;
  }

  note(place: Place, sides: Sides, taken: Taken, note?: string): void {
    this.#decide(place, sides, taken, false, note);
  }

  copy(place: Place, upstream: YamlNode): YamlNode {
    return this.#options.asWritten ? copyWhole(upstream) : copyValue(place, upstream);
  }

  #decide(place: Place, sides: Sides, taken: Taken, conflict: boolean, note?: string): void {
    const { about } = this.#options;
    const line = sides.local?.position().line;
    this.decisions.push({
      file: about?.file ?? "",
      ...(line ? { line } : {}),
      ...(about?.object === undefined ? {} : { object: about.object }),
      ...(about?.kind === undefined ? {} : { kind: about.kind }),
      field: place.path,
      base: plainValue(sides.base),
      local: plainValue(sides.local),
      upstream: plainValue(sides.upstream),
      taken,
      conflict,
      ...(note === undefined ? {} : { note }),
    });
  }

  /** A map on one side, a list or a scalar on another. */
  #otherType(place: Place, sides: Sides, expected: "map" | "seq" | "scalar", found: YamlNode): Outcome {
    if (this.#options.onConflict === undefined) {
      const line = (sides.local ?? found).position().line;
      const { file = "", kind } = this.#options.about ?? {};
      const where = { file, field: place.path, ...(sides.local !== undefined && line > 0 ? { line } : {}) };
      throw new TypeConflict(expected, found, where, kind === "Secret");
    }
    const { base, upstream, local } = sides;
    if (equalByValue(base, upstream)) return keep;
    if (equalByValue(local, upstream)) return keep;
    if (equalByValue(base, local)) this.note(place, sides, "upstream", "type changed upstream");
    else if (!this.settle(place, sides, "the types differ")) return keep;
    return upstream === undefined || isNull(upstream) ? remove : { kind: "take", node: copyWhole(upstream) };
  }

  /** Explicit nulls on maps, scalars and plain lists. Spec: pkg 6.1. */
  #null(place: Place, sides: Sides): Outcome | undefined {
    const { base, upstream, local } = sides;
    if (!isNull(upstream) && !isNull(local)) return undefined;
    if (this.#options.variant !== "generic" && isNull(base)) {
      if (isNull(upstream)) return isNull(local) ? remove : keep;
      if (upstream === undefined) return remove;
      this.note(place, sides, "upstream", "set upstream");
      return { kind: "take", node: this.copy(place, upstream) };
    }
    if (isNull(local)) {
      if (upstream === undefined || isNull(upstream) || equalByValue(base, upstream)) return remove;
      this.#decide(place, sides, "local", true, "removed locally, changed upstream");
      return remove;
    }
    if (local === undefined) return keep;
    if (isNull(base) || equalByValue(base, local)) this.note(place, sides, "upstream", "removed upstream");
    else if (!this.settle(place, sides, "removed upstream, changed locally")) return keep;
    return remove;
  }

  #scalar(place: Place, sides: Sides): Outcome {
    const outcome = this.#plain(place, sides, equalText);
    const local = asScalar(present(sides.local));
    const upstream = asScalar(present(sides.upstream));
    if (outcome.kind !== "take" || local === undefined || upstream === undefined) return outcome;
    if (!setText(local, upstream, asScalar(present(sides.base)))) return outcome;
    return { kind: "take", node: local };
  }

  /** The table for whatever is one value. Spec: pkg 6.1 and 6.3. */
  #plain(
    place: Place,
    sides: Sides,
    equal: (a: YamlNode | undefined, b: YamlNode | undefined) => boolean,
  ): Outcome {
    const { keepsNulls = false } = this.#options;
    const settled = keepsNulls ? undefined : this.#null(place, sides);
    if (settled !== undefined) return settled;
    const base = keepsNulls ? sides.base : present(sides.base);
    const { upstream, local } = sides;
    if (upstream === undefined) {
      if (base === undefined) {
        if (local !== undefined) this.note(place, sides, "local", "added locally");
        return keep;
      }
      if (local === undefined) return keep;
      if (equal(base, local)) this.note(place, sides, "upstream", "removed upstream");
      else if (!this.settle(place, sides, "removed upstream, changed locally")) return keep;
      return remove;
    }
    if (base !== undefined && equal(base, upstream)) {
      if (!equal(local, base))
        this.note(place, sides, "local", local === undefined ? "removed locally" : undefined);
      if (place.followsComments && local?.kind === "seq" && equal(local, base)) {
        mergeCommentsInside(base, upstream, local);
      }
      return keep;
    }
    if (local !== undefined && equal(local, upstream)) return keep;
    const untouched = local === undefined ? base === undefined : base !== undefined && equal(local, base);
    if (local?.kind === "seq" && upstream.kind === "seq") {
      return this.#plainList(place, { base: asSeq(base), upstream, local }, untouched);
    }
    if (untouched) this.note(place, sides, "upstream", base === undefined ? "added upstream" : undefined);
    else {
      const note = local === undefined ? "removed locally, changed upstream" : undefined;
      if (!this.settle(place, sides, note)) return keep;
    }
    return { kind: "take", node: local === undefined ? this.copy(place, upstream) : copyWhole(upstream) };
  }

  /** A list that is one value, unless the changes of both sides stay clear of each other. */
  #plainList(
    place: Place,
    sides: { base: SeqNode | undefined; upstream: SeqNode; local: SeqNode },
    untouched: boolean,
  ): Outcome {
    const lists = comparePlainLists(sides);
    let upstreamWins = true;
    if (untouched) this.note(place, sides, "upstream");
    else if (lists.parts.every(({ changedBy }) => changedBy !== "both")) {
      this.note(place, sides, "both", "changed on both sides, merged element by element");
    } else upstreamWins = this.settle(place, sides);
    if (sides.local.size === 0)
      return upstreamWins ? { kind: "take", node: copyWhole(sides.upstream) } : keep;
    mergePlainLists(lists, upstreamWins);
    return { kind: "take", node: sides.local };
  }

  #map(place: Place, sides: Sides<MapNode | undefined>): Outcome {
    const { base, upstream, local } = sides;
    if (local === undefined) {
      if (upstream === undefined) return keep;
      if (base !== undefined) return this.#changesOnly(place, sides);
      this.note(place, sides, "upstream", "added upstream");
      return { kind: "take", node: this.copy(place, upstream) };
    }
    if (upstream === undefined && base === undefined) {
      const isOurs = (key: string): boolean => this.#options.isOurs?.(fieldPath(place.path, key)) ?? false;
      if (!local.keys().every(isOurs)) this.note(place, sides, "local", "added locally");
      return keep;
    }
    const before = local.size;
    if (place.followsComments) mergeBelow(sides);
    for (const key of sortedKeys(local, base, upstream)) {
      this.#field(place, key, sides, local);
    }
    // A map that was emptied here stays empty; one that upstream took everything from goes with it.
    const wasUpstreams = before > 0 || base?.size === 0;
    return upstream === undefined && wasUpstreams && local.size === 0 ? remove : keep;
  }

  /** A map that was removed locally comes back with the fields that changed upstream, if any did. */
  #changesOnly(place: Place, sides: Sides<MapNode | undefined>): Outcome {
    const result = newMap();
    for (const key of sortedKeys(sides.base, sides.upstream)) {
      this.#field(place, key, { ...sides, local: undefined }, result);
    }
    return result.size === 0 ? keep : { kind: "take", node: result };
  }

  #field(place: Place, key: string, sides: Sides<MapNode | undefined>, target: MapNode): void {
    const path = fieldPath(place.path, key);
    if (this.#options.isOurs?.(path)) return;
    const base = sides.base?.entry(key);
    const upstream = sides.upstream?.entry(key);
    const local = sides.local?.entry(key);
    const schema = schemaInComment(local) ?? schemaAt(place.schema, key);
    const outcome = this.value(
      { path, schema, depth: place.depth + 1, followsComments: place.followsComments },
      { base: base?.value, upstream: upstream?.value, local: local?.value },
    );
    if (outcome.kind === "remove") target.delete(key);
    else if (outcome.kind === "take") this.#put(target, key, outcome.node, { base, upstream, local }, place);
    else if (local !== undefined && place.followsComments) mergeComments(base, upstream, local, false);
  }

  #put(
    target: MapNode,
    key: string,
    node: YamlNode,
    sides: Sides<MapEntry | undefined>,
    { path, followsComments }: Place,
  ): void {
    const { base, upstream, local } = sides;
    if (local !== undefined && local.value === node) {
      if (followsComments) mergeComments(base, upstream, local, true);
      return;
    }
    if (local === undefined) {
      const entry = target.set(key, node, neighbour(target, key, this.#options.order?.(path)));
      if (upstream !== undefined) keepKeySpelling(upstream, entry);
      if (upstream !== undefined) copyComments(upstream, entry);
      return;
    }
    const before = { line: local.lineComment, key: local.keyComment };
    const entry = target.set(key, node);
    // A comment on the old value's last line or on the key's line has the same meaning for the new value.
    if (entry.lineComment === undefined && entry.keyComment === undefined) {
      const isBlock = (node.kind === "map" || node.kind === "seq") && !node.flow;
      const comment = before.line ?? before.key;
      if (comment !== undefined && isBlock) entry.keyComment = comment;
      else if (comment !== undefined) entry.lineComment = comment;
    }
    if (followsComments) mergeComments(base, upstream, entry, true);
  }
}

function isOddKey({ key }: MapEntry): boolean {
  return key.kind !== "scalar";
}

/** Where a new field goes: behind the nearest one that stands before it in the order. */
function neighbour(
  map: MapNode,
  key: string,
  order: readonly string[] = [],
): { before?: string; after?: string } {
  const at = order.indexOf(key);
  if (at < 0) return {};
  const after = order.slice(0, at).findLast(name => map.has(name));
  if (after !== undefined) return { after };
  const before = order.slice(at + 1).find(name => map.has(name));
  return before === undefined ? {} : { before };
}

function equalText(a: YamlNode | undefined, b: YamlNode | undefined): boolean {
  const left = asScalar(a);
  const right = asScalar(b);
  return left === undefined || right === undefined ? left === right : left.text === right.text;
}
