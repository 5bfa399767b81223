import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { schemaOf } from "../core/schema/lookup.ts";
import { equalByValue } from "../core/yaml/compare.ts";
import type { PlainValue, YamlNode } from "../core/yaml/node.ts";
import { parseYaml } from "../core/yaml/parse.ts";
import { stringify } from "../core/yaml/print.ts";
import { type MergeOptions, mergeNodes } from "./merge3.ts";

function tree(text: string): YamlNode {
  const root = parseYaml(text).documents[0]?.root;
  assert(root !== undefined);
  return root;
}

/** The text of the local file after the merge, and what was decided. */
function merge(base: string, upstream: string, local: string, options: MergeOptions = {}) {
  const file = parseYaml(local);
  const document = file.documents[0];
  assert(document !== undefined);
  const sides = { base: tree(base), upstream: tree(upstream), local: document.root };
  const { result, decisions } = mergeNodes(sides, options);
  if (result !== document.root) document.root = result;
  return { text: file.toString(), result, decisions };
}

const key = fc.constantFrom("a", "b", "c", "name", "image", "y", "__proto__", "constructor", "1", "a.b/c");
const scalar = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.boolean(),
  // Not "1": that a value only became a string, or ceased to be one, counts as no change (spec: pkg 6.1).
  fc.constantFrom("x", "yes", "", "two\nlines\n", "# no comment", ": "),
);
const value = fc.letrec<{ value: PlainValue; map: PlainValue; list: PlainValue }>(tie => ({
  value: fc.oneof({ maxDepth: 3 }, scalar, tie("map"), tie("list")),
  map: fc
    .uniqueArray(fc.tuple(key, tie("value")), { selector: ([name]) => name, maxLength: 4 })
    .map(entries => new Map(entries)),
  list: fc.array(tie("value"), { maxLength: 3 }),
})).value;
const document = fc
  .uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, minLength: 1, maxLength: 5 })
  .map(entries => stringify(new Map(entries)));

const settled: MergeOptions = { onConflict: "upstream" };

describe("laws of the merge", () => {
  test("nothing changed upstream: the local text stays, byte for byte", () => {
    fc.assert(
      fc.property(document, document, (base, local) => {
        assert.equal(merge(base, base, local, settled).text, local);
      }),
    );
  });

  test("nothing changed here: the result means what upstream means", () => {
    fc.assert(
      fc.property(document, document, (base, upstream) => {
        const { text } = merge(base, upstream, base, settled);
        assert(equalByValue(tree(text), tree(upstream)), text);
      }),
    );
  });

  test("both sides made the same changes: they stay, and nothing is in conflict", () => {
    fc.assert(
      fc.property(document, document, (base, upstream) => {
        const { text, decisions } = merge(base, upstream, upstream, settled);
        assert.equal(text, upstream);
        assert.deepEqual(
          decisions.filter(({ conflict }) => conflict),
          [],
        );
      }),
    );
  });

  test("a second merge changes nothing more", () => {
    fc.assert(
      fc.property(document, document, document, (base, upstream, local) => {
        const { result, text } = merge(base, upstream, local, settled);
        if (result !== undefined) assert.equal(merge(base, upstream, text, settled).text, text);
      }),
    );
  });

  test("where local wins, every local value stays", () => {
    fc.assert(
      fc.property(document, document, (base, local) => {
        const upstream = stringify(new Map([["zz", 1]]));
        const { text } = merge(base, upstream, local, { onConflict: "local" });
        const changed = tree(local);
        const after = tree(text);
        assert(changed.kind === "map" && after.kind === "map");
        const before = tree(base);
        for (const { keyText, value: mine } of changed.entries) {
          const old = before.kind === "map" ? before.get(keyText) : undefined;
          if (old === undefined) assert(equalByValue(mine, after.get(keyText)), text);
        }
      }),
    );
  });
});

describe("what is merged by hand keeps its looks", () => {
  const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web   # ours
spec:
  # how many
  replicas: 3
  template:
    spec:
      containers:
        - name: web
          image: 'nginx:1'

        - name: log
          image: log:1
`;
  const options = { schema: schemaOf("apps/v1", "Deployment") };

  test("one value changes, its quotes stay", () => {
    const upstream = deployment.replace("nginx:1", "nginx:2");
    const local = deployment.replace("replicas: 3", "replicas: 5   # more");
    assert.equal(merge(deployment, upstream, local, options).text, local.replace("'nginx:1'", "'nginx:2'"));
  });

  test("a comment that only upstream changed is followed", () => {
    const upstream = deployment.replace("# how many", "# how many pods");
    assert.equal(merge(deployment, upstream, deployment, options).text, upstream);
  });

  test("a comment that was changed here stays", () => {
    const local = deployment.replace("# how many", "# plenty");
    const upstream = deployment.replace("# how many", "# how many pods");
    assert.equal(merge(deployment, upstream, local, options).text, local);
  });

  test("an element that upstream removed goes as a whole, and says so if it was changed here", () => {
    const upstream = deployment.replace(/\n {8}- name: log\n.*\n/, "");
    const local = deployment.replace("image: log:1", "image: log:1\n          tty: true");
    const { text, decisions } = merge(deployment, upstream, local, options);
    assert(!text.includes("tty"));
    assert.deepEqual(
      decisions.map(({ field, taken, conflict }) => ({ field, taken, conflict })),
      [{ field: "spec.template.spec.containers[name=log]", taken: "upstream", conflict: true }],
    );
  });

  test("an element that was removed here and changed upstream comes back whole", () => {
    const upstream = deployment.replace("log:1", "log:2");
    const local = deployment.replace(/\n {8}- name: log\n.*\n/, "");
    const { text } = merge(deployment, upstream, local, options);
    assert.match(text, /- image: log:2\n {10}name: log\n$/);
  });

  test("are followed between others that nobody changed", () => {
    const base =
      "a:\n  # one\n  b: 1 # two\nc:\n  - x # three\n# four\nd: {e: 1} # five\nf:\n  g: # six\n    h: 1\n# end\n";
    const local = base.replace("b: 1", "b: 2").replace("three", "mine");
    for (const word of ["one", "two", "four", "five", "six", "end"]) {
      const upstream = base.replace(`# ${word}`, `# changed ${word}`);
      assert.equal(merge(base, upstream, local).text, local.replace(`# ${word}`, `# changed ${word}`));
    }
    assert.equal(merge(base, base.replace("three", "changed"), local).text, local);
  });

  test("are followed where upstream opens braces", () => {
    const merged = merge("a: {b: 1}\n", "a:\n  b: 1 # why\n  c: 2\n", "a:\n  b: 1\n");
    assert.equal(merged.text, "a:\n  b: 1 # why\n  c: 2\n");
  });

  test("a header stays one when upstream drops the blank line below it", () => {
    const base = "# Copyright A\n#\n# Licence\n\na: 1\nb: 1\n";
    const upstream = "# Copyright B\n#\n# Licence\na: 1\nb: 2\n";
    assert.equal(merge(base, upstream, base).text, upstream);
    assert.equal(merge(upstream, base, upstream).text, base);
    const mine = base.replace("A", "C");
    assert.equal(merge(base, upstream, mine).text, mine.replace("b: 1", "b: 2"));
  });

  test("a literal block stays one when lines of it end in blanks", () => {
    const base = "a: |\n  one\n  two\n";
    for (const upstream of ["a: |\n  one \n  \n    \n  three\n", "a: |\n  one\n  \ttwo\t\n\n"]) {
      assert.equal(
        merge(base, upstream, base).text,
        upstream.replace("\n  \n", "\n\n").replace(/\n+$/, "\n"),
      );
    }
    for (const odd of ["  \nx\n", "x\n  \n", "x\n  ", "x \n\n", " x \ny\n", "x\t\n\n  y"]) {
      const local = tree(base);
      assert(local.kind === "map");
      local.set("a", odd);
      assert.deepEqual({ ...Object(tree(stringify(local)).toJS()) }, { a: odd });
    }
  });

  test("remarks that stand alone are followed", () => {
    const base = "a: 1\n\n# Section one\n\n# first\nb: 1\n";
    const upstream = base.replace("one", "two");
    assert.equal(merge(base, upstream, base).text, upstream);
    const local = "a: 2\n\n\n# Section one\n\n# first\nb: 1\n";
    assert.equal(merge(base, upstream, local).text, local.replace("one", "two"));
    const mine = base.replace("one", "mine");
    assert.equal(merge(base, base.replace("first", "1st"), mine).text, mine.replace("first", "1st"));
  });

  test("comments inside a list that is one value are followed where nobody changed the list", () => {
    const upstream = "args:\n  - a # the new first\n  - b\n";
    assert.equal(
      merge("args:\n  - a # first\n  - b\n", upstream, "args:\n  - a # first\n  - b\n").text,
      upstream,
    );
    const local = "args:\n  - a # first\n  - mine\n";
    assert.equal(merge("args:\n  - a # first\n  - b\n", upstream, local).text, local);
  });

  test("what is new keeps its spelling, but for words that old readers take for booleans", () => {
    const upstream = "a: 1\nb: 2020-01-01\nc: on\nd: 12:30\n";
    assert.equal(merge("a: 1\n", upstream, "a: 1\n").text, upstream.replace("on", '"on"'));
  });

  test("a map that upstream removed leaves no empty braces", () => {
    assert.equal(merge("a: 1\nm:\n  x: 1\n", "a: 1\n", "a: 1\nm:\n  x: 1\n").text, "a: 1\n");
  });
});

test("a negative number stays a number between braces", () => {
  assert.equal(merge("m: {}\n", "m: {a: -1}\n", "m: {}\n").text, "m: {a: -1}\n");
});

describe("types that differ", () => {
  const base = "spec:\n  a: 1\n";
  const upstream = "spec:\n  a:\n    x: 1\n";

  test("are an error unless somebody says who wins", () => {
    assert.throws(() => merge(base, upstream, base), {
      message: "wrong node kind: expected ScalarNode but got MappingNode: node contents:\nx: 1\n",
    });
  });

  test("follow upstream where only upstream changed", () => {
    const { text, decisions } = merge(base, upstream, base, { onConflict: "local" });
    assert.equal(text, upstream);
    assert.deepEqual(
      decisions.map(({ conflict }) => conflict),
      [false],
    );
  });

  test("are a conflict where both changed", () => {
    const local = "spec:\n  a: 2 # ours\n";
    assert.equal(merge(base, upstream, local, { onConflict: "local" }).text, local);
    const { decisions } = merge(base, upstream, local, { onConflict: "upstream" });
    assert.equal(decisions[0]?.conflict, true);
  });
});

describe("hostile trees", () => {
  test("what is nested deeper than the walk goes is one value", () => {
    const deep = (leaf: string): string => `a: ${"{a: ".repeat(400)}${leaf}${"}".repeat(400)}\n`;
    assert.equal(merge(deep("1"), deep("1"), deep("2")).text, deep("2"));
  });

  test("aliases are one value and are written out where they are new", () => {
    const base = "x: &x {a: 1}\n";
    const upstream = "x: &x {a: 1}\nz: *x\n";
    const { text } = merge(base, upstream, "x: {a: 1}\n");
    assert(equalByValue(tree(text), tree("x: {a: 1}\nz: {a: 1}\n")), text);
  });
});
