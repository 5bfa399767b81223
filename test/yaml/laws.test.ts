import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { KptError } from "../../src/core/error.ts";
import { equalByValue } from "../../src/core/yaml/compare.ts";
import type { MapNode, PlainValue, SeqNode, YamlNode } from "../../src/core/yaml/node.ts";
import { parseYaml } from "../../src/core/yaml/parse.ts";
import { canonicalText, newMap, stringify } from "../../src/core/yaml/print.ts";
import { reconcile } from "../../src/core/yaml/reconcile.ts";
import { libraryShape, readByLibrary, shapeOf } from "./library.ts";

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.constantFrom("", "y", "no", "012", "1_000", "1:30", "2021-01-01", "0o7", "=", "<<", "~", "null", ".5"),
  fc.constantFrom(
    "a: b",
    "a #b",
    "- x",
    "? y",
    "it's",
    '"q"',
    " lead",
    "trail ",
    "#c",
    "a:",
    "[x",
    "%d",
    "@a",
  ),
  fc.constantFrom(
    "one\ntwo\n",
    "one\n\n two",
    "\n\nx",
    " x\ny\n\n",
    "x\n",
    "\n",
    "tab\there",
    "a\r\nb",
    "a \nb",
  ),
);
const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.double({ noNaN: true }));
const { value } = fc.letrec<{ value: PlainValue }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(text, tie("value"), { maxKeys: 4 }),
  ),
}));

test("what is printed reads back as the same value", () => {
  fc.assert(
    fc.property(value, fc.boolean(), (plain, isWide) => {
      const printed = stringify({ plain }, { indentSeq: isWide ? "wide" : "compact" });
      assert.ok(equalByValue(rootOf(printed), newMap({ plain })), printed);
      const library = readByLibrary(printed);
      assert.ok(library !== undefined, printed);
      assert.deepEqual(libraryShape(library), shapeOf(parseYaml(printed)), printed);
      assert.ok(equalByValue(rootOf(canonicalText(rootOf(printed))), newMap({ plain })), printed);
    }),
    { numRuns: 100 },
  );
});

const tokens = fc.constantFrom(
  ...[
    "a",
    "b: ",
    "c:",
    "- ",
    "-",
    "\n",
    "\n",
    "\n  ",
    "\n    ",
    " ",
    " #x",
    "'q'",
    '"r"',
    "[",
    "]",
    "{",
    "}",
  ],
  ...[", ", ",", "|", "|-", "|+", ">", "&x ", "*x", "!t ", "? ", "---\n", "...\n", "x y", "1", "\t", "''"],
  ...['"a\\n b"', "a: 1\n", "k: v\n", "\r\n", "- a: 1\n", "  k: v\n"],
);

test("any text is read as by the yaml library or refused with a place", () => {
  fc.assert(
    fc.property(fc.array(tokens, { maxLength: 14 }), pieces => {
      const input = `${pieces.join("")}\n`;
      let own: ReturnType<typeof parseYaml> | undefined;
      try {
        own = parseYaml(input, { file: "f.yaml" });
      } catch (error) {
        assert.ok(error instanceof KptError && error.code === "YAML_SYNTAX" && (error.place?.line ?? 0) > 0);
        return;
      }
      // The library drops blanks beyond the indentation indicator of lines that are otherwise empty.
      const library = /[|>][-+]?1/.test(input) ? undefined : readByLibrary(input);
      if (library !== undefined) assert.deepEqual(shapeOf(own), libraryShape(library), JSON.stringify(input));
    }),
    { numRuns: 1500 },
  );
});

// Generated files with comments, blank lines and mixed styles, for edits.

const word = fc.constantFrom("a", "b", "c", "name", "image", "x y", "n1");
const remark = fc.constantFrom("", "", "", " # note", "  #note");
const above = fc.constantFrom(
  "",
  "",
  "",
  "\n",
  "# head\n",
  "# floating\n\n",
  "\n# head\n# two\n",
  "# foot\n\n",
);
const leaf = fc.constantFrom(
  "v",
  "'single'",
  '"double"',
  "1",
  "true",
  "~",
  "",
  "{a: 1, b: [x]}",
  "[1, 2]",
  "{}",
  "[]",
);
const block = fc.constantFrom(
  "|\n  one\n  two\n",
  "|-\n  one\n",
  ">\n  fold\n  ed\n",
  "|2\n   deep\n",
  "|+\n  k\n\n",
);

const { entries } = fc.letrec<{ entries: string; items: string }>(tie => ({
  entries: fc
    .uniqueArray(fc.tuple(word, above, remark, body(tie)), {
      selector: ([key]) => key,
      minLength: 1,
      maxLength: 4,
    })
    .map(list =>
      list.map(([key, head, note, [kind, inner]]) => `${head}${line(`${key}:`, kind, inner, note)}`).join(""),
    ),
  items: fc
    .array(fc.tuple(above, remark, body(tie)), { minLength: 1, maxLength: 3 })
    .map(list => list.map(([head, note, [kind, inner]]) => head + item(kind, inner, note)).join("")),
}));

type Body = ["leaf" | "block" | "map" | "seq" | "wide", string];

function body(tie: (name: "entries" | "items") => fc.Arbitrary<string>): fc.Arbitrary<Body> {
  return fc.oneof(
    { maxDepth: 3, depthIdentifier: "body" },
    leaf.map((inner): Body => ["leaf", inner]),
    block.map((inner): Body => ["block", inner]),
    tie("entries").map((inner): Body => ["map", inner]),
    tie("items").map((inner): Body => ["seq", inner]),
    tie("items").map((inner): Body => ["wide", inner]),
  );
}

function indented(lines: string, by: string): string {
  return lines.replace(/^(?=.)/gm, by);
}

function line(start: string, kind: Body[0], inner: string, note: string): string {
  if (kind === "leaf") return `${start}${inner === "" ? "" : ` ${inner}`}${note}\n`;
  if (kind === "block") return `${start} ${inner}`;
  return `${start}${note}\n${kind === "seq" ? inner : indented(inner, "  ")}`;
}

function item(kind: Body[0], inner: string, note: string): string {
  if (kind === "leaf" || kind === "block") return line("-", kind, inner, note);
  if (/^\s*#|^\n/.test(inner)) return `-${note}\n${indented(inner, "  ")}`;
  return `- ${indented(inner, "  ").slice(2)}`;
}

function rootOf(input: string): MapNode {
  const root = parseYaml(input).documents[0]?.root;
  assert.ok(root?.kind === "map", input);
  return root;
}

function collections(node: YamlNode): (MapNode | SeqNode)[] {
  if (node.kind !== "map" && node.kind !== "seq") return [];
  const below = node.kind === "map" ? node.entries.map(entry => entry.value) : node.items;
  return [node, ...below.flatMap(collections)];
}

type Edit = (root: MapNode) => void;

const edit: fc.Arbitrary<Edit> = fc
  .tuple(fc.nat(6), fc.nat(50), fc.nat(10), fc.nat(10), fc.oneof(scalar, value))
  .map(([kind, where, at, to, plain]) => (root: MapNode) => {
    const all = collections(root);
    const place = all[where % all.length];
    if (place === undefined) return;
    const other = all[(where + 3) % all.length];
    const index = at % Math.max(place.size, 1);
    const key = place.kind === "map" ? place.keys()[index] : undefined;
    if (place.kind === "seq") editSeq(place, kind, index, to, plain, other);
    else editMap(place, kind, key, to, plain, other);
  });

function editSeq(
  seq: SeqNode,
  kind: number,
  at: number,
  to: number,
  plain: PlainValue,
  other?: YamlNode,
): void {
  if (kind === 0) seq.push(plain);
  else if (kind === 1) seq.insert(at, plain);
  else if (kind === 2) seq.remove(at);
  else if (seq.size === 0) return;
  else if (kind === 3) seq.move(at, to % seq.size);
  else if (kind === 4) seq.itemComments(at).head = "# new\n# head";
  else if (kind === 5) seq.replace(at, plain);
  else if (other !== undefined) seq.insert(at, other.clone());
}

function editMap(
  map: MapNode,
  kind: number,
  key: string | undefined,
  to: number,
  plain: PlainValue,
  other?: YamlNode,
): void {
  if (kind === 0) map.set(`new${to}`, plain);
  else if (key === undefined) return;
  else if (kind === 1) map.set(`new${to}`, plain, { before: key });
  else if (kind === 2) map.delete(key);
  else if (kind === 3) map.move(key, to);
  else if (kind === 4) {
    const entry = map.entry(key);
    if (entry !== undefined && !map.flow) entry.headComment = to % 2 === 0 ? "# new" : undefined;
  } else if (kind === 5) map.set(key, plain);
  else if (other !== undefined) map.set(`copy${to}`, other.clone());
}

test("edits in any order print what the tree means", () => {
  fc.assert(
    fc.property(entries, fc.array(edit, { maxLength: 5 }), (input, edits) => {
      const file = parseYaml(input);
      const root = file.documents[0]?.root;
      assert.ok(root?.kind === "map", input);
      for (const apply of edits) apply(root);
      const printed = file.toString();
      const again = parseYaml(printed);
      const means = again.documents[0]?.root ?? newMap();
      assert.ok(equalByValue(means, root), `${input}\n=====\n${printed}`);
      assert.equal(file.toString(), printed);
    }),
    { numRuns: 300, endOnFailure: true },
  );
});

test("comments and other entries stay when an entry is deleted", () => {
  fc.assert(
    fc.property(entries, fc.nat(20), fc.nat(10), (input, where, at) => {
      const file = parseYaml(input);
      const root = file.documents[0]?.root;
      assert.ok(root?.kind === "map", input);
      const all = collections(root).filter(node => !node.flow && node.size > 1);
      const place = all[where % Math.max(all.length, 1)];
      if (place === undefined) return;
      const index = 1 + (at % (place.size - 1));
      if (place.kind === "map") place.delete(place.keys()[index] ?? "");
      else place.remove(index);
      const before = input.split("\n");
      let next = 0;
      for (const one of file.toString().split("\n")) {
        while (next < before.length && before[next] !== one) next++;
        assert.ok(next < before.length, `${input}\n=====\n${file.toString()}`);
        next++;
      }
    }),
    { numRuns: 150, endOnFailure: true },
  );
});

test("reconciling gives the meaning of the other tree", () => {
  fc.assert(
    fc.property(entries, entries, fc.array(edit, { maxLength: 3 }), (input, other, edits) => {
      const wanted = rootOf(edits.length > 0 ? input : other);
      for (const apply of edits) apply(wanted);
      const file = parseYaml(input);
      const root = file.documents[0]?.root;
      assert.ok(root?.kind === "map");
      reconcile(root, wanted);
      assert.ok(equalByValue(root, wanted), input);
      const means = parseYaml(file.toString()).documents[0]?.root ?? newMap();
      assert.ok(equalByValue(means, wanted), `${input}\n=====\n${file.toString()}`);
    }),
    { numRuns: 150, endOnFailure: true },
  );
});
