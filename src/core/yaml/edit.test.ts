import assert from "node:assert/strict";
import { test } from "node:test";
import type { MapNode } from "./node.ts";
import { parseYaml } from "./parse.ts";
import { newScalar, newSeq, stringify } from "./print.ts";
import { reconcile } from "./reconcile.ts";

const deployment = `# licence
#
apiVersion: apps/v1
kind: Deployment
metadata: # kpt-merge: ns/web
  name: web   # the name

  # about labels
  labels:
    app: 'web'
    tier: front
spec:
    replicas: 3 # {"$kpt-set":"replicas"}
    list:
    - a
    # about b
    - b

    - c: 1
      d: 2
    flow: {a: 1, b: [x, y]}
    text: |
      one
      two
    none:
# the end
`;

function edited(text: string, edit: (root: MapNode) => void): string {
  const file = parseYaml(text);
  const root = file.documents[0]?.root;
  assert.ok(root?.kind === "map");
  edit(root);
  const printed = file.toString();
  assert.deepEqual(parseYaml(printed).documents[0]?.root?.toJS(), root.toJS(), printed);
  return printed;
}

function changedLines(before: string, after: string): string[] {
  const left = before.split("\n");
  const right = after.split("\n");
  const gone = left.filter(line => !right.includes(line)).map(line => `-${line}`);
  return [...gone, ...right.filter(line => !left.includes(line)).map(line => `+${line}`)];
}

const cases: Record<string, [edit: (root: MapNode) => void, lines: string[]]> = {
  "a number keeps its comment": [
    root => root.setIn(["spec", "replicas"], 5),
    ['-    replicas: 3 # {"$kpt-set":"replicas"}', '+    replicas: 5 # {"$kpt-set":"replicas"}'],
  ],
  "a string keeps its quotes": [
    root => root.setIn(["metadata", "labels", "app"], "it's"),
    ["-    app: 'web'", "+    app: 'it''s'"],
  ],
  "a plain string is quoted when it must be": [
    root => root.setIn(["metadata", "labels", "tier"], "yes"),
    ["-    tier: front", '+    tier: "yes"'],
  ],
  "a new key goes behind the last one": [
    root => root.setIn(["metadata", "labels", "new"], "1"),
    ['+    new: "1"'],
  ],
  "a new key in front": [
    root => {
      const metadata = root.get("metadata");
      if (metadata?.kind === "map") metadata.set("namespace", "ns", { after: "name" });
    },
    ["+  namespace: ns"],
  ],
  "a deleted key takes its comment along": [
    root => root.deleteIn(["metadata", "labels"]),
    ["-  # about labels", "-  labels:", "-    app: 'web'", "-    tier: front"],
  ],
  "a deleted item takes its comment along": [
    root => root.deleteIn(["spec", "list", 1]),
    ["-    # about b", "-    - b"],
  ],
  "a new item": [root => root.setIn(["spec", "list", 3], new Map([["e", 1]])), ["+    - e: 1"]],
  "a new key inside an item": [
    root => root.setIn(["spec", "list", 2, "e"], [1]),
    ["+      e:", "+      - 1"],
  ],
  "a key in braces": [
    root => root.setIn(["spec", "flow", "c"], "x y"),
    ["-    flow: {a: 1, b: [x, y]}", "+    flow: {a: 1, b: [x, y], c: x y}"],
  ],
  "an item in brackets": [
    root => root.deleteIn(["spec", "flow", "b", 0]),
    ["-    flow: {a: 1, b: [x, y]}", "+    flow: {a: 1, b: [y]}"],
  ],
  "a literal block": [root => root.setIn(["spec", "text"], "one\nthree\n"), ["-      two", "+      three"]],
  "a value where none was": [root => root.setIn(["spec", "none"], "x"), ["-    none:", "+    none: x"]],
  "a mapping where none was": [root => root.setIn(["spec", "none", "a"], "x"), ["+      a: x"]],
  "an emptied mapping": [
    root => {
      root.deleteIn(["metadata", "labels", "app"]);
      root.deleteIn(["metadata", "labels", "tier"]);
    },
    ["-  labels:", "-    app: 'web'", "-    tier: front", "+  labels: {}"],
  ],
  "a comment on the key's line": [
    root => {
      const entry = root.entry("metadata");
      assert.equal(entry?.keyComment, "# kpt-merge: ns/web");
      if (entry !== undefined) entry.keyComment = "# kpt-merge: other/web";
    },
    ["-metadata: # kpt-merge: ns/web", "+metadata: # kpt-merge: other/web"],
  ],
  "a new comment on the key's line": [
    root => {
      const entry = root.entry("spec");
      if (entry !== undefined) entry.keyComment = "# x";
    },
    ["-spec:", "+spec: # x"],
  ],
  "a head comment": [
    root => {
      const entry = root.entry("kind");
      if (entry !== undefined) entry.headComment = "# one\n# two";
    },
    ["+# one", "+# two"],
  ],
  "a line comment": [
    root => {
      const metadata = root.get("metadata");
      const entry = metadata?.kind === "map" ? metadata.entry("name") : undefined;
      assert.equal(entry?.lineComment, "# the name");
      if (entry !== undefined) entry.lineComment = undefined;
    },
    ["-  name: web   # the name", "+  name: web"],
  ],
  "another key": [
    root => {
      const labels = root.getIn(["metadata", "labels"]);
      if (labels?.kind === "map") labels.rename("tier", "on");
    },
    ["-    tier: front", '+    "on": front'],
  ],
};

for (const [name, [edit, lines]] of Object.entries(cases)) {
  test(`edit: ${name}`, () => {
    const printed = edited(deployment, edit);
    assert.deepEqual(changedLines(deployment, printed), lines, printed);
    const windows = edited(deployment.replaceAll("\n", "\r\n"), edit);
    assert.equal(windows, printed.replaceAll("\n", "\r\n"));
  });
}

test("a cloned subtree is its own text, indented for its new place", () => {
  const printed = edited(deployment, root => {
    const item = root.getIn(["spec", "list", 2]);
    const text = root.getIn(["spec", "text"]);
    if (item !== undefined && text !== undefined) {
      root.set("copy", item.clone());
      root.set("text", text.clone());
    }
  });
  assert.ok(printed.includes("\ncopy:\n  c: 1\n  d: 2\ntext: |\n  one\n  two\n"), printed);
});

test("comments of new collections", () => {
  const printed = edited("a: 1\n", root => {
    const seq = newSeq(["x", "y"]);
    seq.itemComments(1).head = "# about y";
    seq.itemComments(0).line = "about x";
    const entry = root.set("list", seq);
    entry.keyComment = "# all";
  });
  assert.equal(printed, 'a: 1\nlist: # all\n- x # about x\n# about y\n- "y"\n');
});

test("remarks outlive the entries below them", () => {
  const printed = edited("# remark\n\n# about a\na: 1\n", root => {
    root.delete("a");
    root.set("b", 2);
  });
  assert.equal(printed, "# remark\n\nb: 2\n");
});

test("JSON stays JSON", () => {
  const printed = edited('{\n  "a": {},\n  "l": [\n    1,\n    2\n  ]\n}\n', root => {
    root.setIn(["a", "b"], "yes");
    root.setIn(["l", 2], null);
    root.deleteIn(["l", 0]);
    root.set("c", ["x"]);
  });
  assert.equal(printed, '{\n  "a": {"b": "yes"},\n  "l": [\n    2,\n    null\n  ],\n  "c": ["x"]\n}\n');
  assert.deepEqual(JSON.parse(printed), { a: { b: "yes" }, l: [2, null], c: ["x"] });
});

test("reconciling takes over values and new comments", () => {
  const file = parseYaml(deployment);
  const root = file.documents[0]?.root;
  const desired = parseYaml(
    deployment
      .replace("replicas: 3 # {", "replicas: 4 # {")
      .replace(/\n\n/g, "\n")
      .replace("    # about b\n    - b\n", "    # said by a function\n    - b\n    - new\n")
      .replace("  name: web   # the name", "  name: web # renamed"),
  ).documents[0]?.root;
  assert.ok(root !== undefined && desired !== undefined);
  reconcile(root, desired);
  assert.deepEqual(changedLines(deployment, file.toString()), [
    "-  name: web   # the name",
    '-    replicas: 3 # {"$kpt-set":"replicas"}',
    "-    # about b",
    "+  name: web # renamed",
    '+    replicas: 4 # {"$kpt-set":"replicas"}',
    "+    # said by a function",
    "+    - new",
  ]);
});

test("new text is Go's", () => {
  const text = stringify({
    a: "1",
    y: "yes",
    plain: "a b",
    colon: "a: b",
    multi: "x\ny\n",
    lead: " x\ny",
    list: [1, { b: [], c: {} }, [true, null]],
    empty: "",
    flow: "x",
  });
  assert.equal(
    text,
    `a: "1"
"y": "yes"
plain: a b
colon: 'a: b'
multi: |
  x
  y
lead: |2-
   x
  y
list:
- 1
- b: []
  c: {}
- - true
  - null
empty: ""
flow: x
`,
  );
  assert.equal(stringify({ a: [{ b: 1 }] }, { indentSeq: "wide" }), "a:\n  - b: 1\n");
  assert.equal(stringify({ a: 1 }), "a: 1\n");
});

test("documents come and go", () => {
  const file = parseYaml("a: 1\n---\nb: 2\n");
  file.append(newSeq(["x"]));
  assert.equal(file.toString(), "a: 1\n---\nb: 2\n---\n- x\n");
  const [first] = file.documents;
  if (first !== undefined) file.remove(first);
  assert.equal(file.toString(), "b: 2\n---\n- x\n");
  file.insert(0, newScalar("s"));
  assert.equal(file.toString(), "s\n---\nb: 2\n---\n- x\n");
});
