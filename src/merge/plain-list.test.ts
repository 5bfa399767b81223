import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parseYaml } from "../core/yaml/parse.ts";
import { stringify } from "../core/yaml/print.ts";
import type { Decision } from "./decision.ts";
import { type MergeOptions, mergeNodes } from "./merge3.ts";

function merge(
  base: string,
  upstream: string,
  local: string,
  options: MergeOptions = {},
): { text: string; decisions: Decision[] } {
  const [old, theirs, ours] = [base, upstream, local].map(text => parseYaml(text));
  const mine = ours?.documents[0]?.root;
  const { decisions, result } = mergeNodes(
    { base: old?.documents[0]?.root, upstream: theirs?.documents[0]?.root, local: mine },
    options,
  );
  assert.equal(result, mine);
  return { text: ours?.toString() ?? "", decisions };
}

const list = (...items: string[]): string => `args:\n${items.map(item => `  - ${item}\n`).join("")}`;

const rows: [
  name: string,
  base: string[],
  upstream: string[],
  local: string[],
  merged: string[],
  taken: string,
][] = [
  [
    "an addition here, a change there",
    ["a", "b", "c"],
    ["a2", "b", "c"],
    ["a", "b", "c", "mine"],
    ["a2", "b", "c", "mine"],
    "both",
  ],
  [
    "an addition there, a removal here",
    ["a", "b", "c"],
    ["a", "b", "c", "d"],
    ["b", "c"],
    ["b", "c", "d"],
    "both",
  ],
  ["additions at both ends", ["a"], ["first", "a"], ["a", "last"], ["first", "a", "last"], "both"],
  [
    "the same addition twice and another",
    ["a", "b"],
    ["x", "a", "b"],
    ["x", "a", "b", "y"],
    ["x", "a", "b", "y"],
    "both",
  ],
  ["neighbours changed", ["a", "b"], ["a", "c"], ["a", "b", "mine"], ["a", "c"], "conflict"],
  ["both add at the end", ["a"], ["a", "theirs"], ["a", "mine"], ["a", "theirs"], "conflict"],
  [
    "a conflict and an addition elsewhere",
    ["a", "b", "c"],
    ["a2", "b", "c"],
    ["a3", "b", "c", "mine"],
    ["a2", "b", "c", "mine"],
    "conflict",
  ],
  ["no common version", [], ["a", "b"], ["a", "mine"], ["a", "b"], "conflict"],
];

describe("lists without keys", () => {
  for (const [name, base, upstream, local, merged, taken] of rows) {
    test(name, () => {
      const start = base.length === 0 ? "x: 1\n" : list(...base);
      const { text, decisions } = merge(
        start,
        start === "x: 1\n" ? start + list(...upstream) : list(...upstream),
        start === "x: 1\n" ? start + list(...local) : list(...local),
      );
      assert.equal(text, (start === "x: 1\n" ? start : "") + list(...merged));
      assert.deepEqual(
        decisions.map(it => (it.conflict ? "conflict" : it.taken)),
        [taken],
      );
    });
  }

  test("where local wins, upstream's changes come that are in nobody's way", () => {
    const { text } = merge(list("a", "b", "c"), list("a2", "b", "c2"), list("a3", "b", "c"), {
      onConflict: "local",
    });
    assert.equal(text, list("a3", "b", "c2"));
  });

  test("an element that stays keeps its comments, one that changed in its place too", () => {
    const base = list("a", "b", "c");
    const local = list("a # why a", "'b' # why b", "c # why c");
    assert.equal(
      merge(base, list("a2", "b", "c2"), local).text,
      list("a2 # why a", "'b' # why b", "c2 # why c"),
    );
    const upstream = list("x # new", "a", "b", "d");
    assert.equal(merge(base, upstream, local).text, list("x # new", "a # why a", "'b' # why b", "d # why c"));
  });

  test("a map that changed upstream keeps what was not changed in it", () => {
    const base = "rules:\n  - verbs: [get]\n    resources: [pods]\n  - verbs: [list]\n";
    const local =
      "rules:\n  # first\n  - verbs: ['get'] # ours\n    resources: [pods]\n\n  - verbs: [list]\n";
    const upstream = base.replace("[pods]", "[pods, nodes]");
    assert.equal(merge(base, upstream, local).text, local.replace("[pods]", "[pods, nodes]"));
  });

  test("comments inside are followed where upstream changed the list as well", () => {
    const base = "l:\n  - a # one\n  - b: 1 # two\n    c: 1\n  - d\n";
    const upstream = "l:\n  - a # uno\n  - b: 1 # due\n    c: 2\n  - d\n  - e # tre\n";
    assert.equal(merge(base, upstream, base).text, upstream);
  });
});

const element: fc.Arbitrary<string> = fc.constantFrom("a", "b", "c", "d", "e", "f");
const elements = fc.array(element, { minLength: 1, maxLength: 7 });
const text = (items: readonly string[]): string => stringify({ l: [...items] });

describe("laws of lists without keys", () => {
  test("no element that only one side knows goes without a conflict", () => {
    fc.assert(
      fc.property(elements, elements, elements, (base, upstream, local) => {
        const merged = merge(text(base), text(upstream), text(local));
        if (merged.decisions.some(({ conflict }) => conflict)) return;
        const result = new Set([...merged.text.matchAll(/- (\w)/g)].map(([, item]) => item));
        for (const item of [...upstream, ...local]) if (!base.includes(item)) assert(result.has(item));
        for (const item of result)
          assert(item !== undefined && (upstream.includes(item) || local.includes(item)));
      }),
    );
  });

  test("where only one side changed something, that is the result", () => {
    fc.assert(
      fc.property(elements, elements, (base, changed) => {
        assert.equal(merge(text(base), text(changed), text(base)).text, text(changed));
        assert.equal(merge(text(base), text(base), text(changed)).text, text(changed));
        assert.equal(merge(text(base), text(changed), text(changed)).text, text(changed));
      }),
    );
  });

  test("a second merge changes nothing more", () => {
    fc.assert(
      fc.property(elements, elements, elements, (base, upstream, local) => {
        const first = merge(text(base), text(upstream), text(local)).text;
        assert.equal(merge(text(upstream), text(upstream), first).text, first);
      }),
    );
  });
});
