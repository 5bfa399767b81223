import assert from "node:assert/strict";
import { test } from "node:test";
import { KptError } from "../error.ts";
import { equalByValue } from "./compare.ts";
import type { MapNode } from "./node.ts";
import { parseYaml } from "./parse.ts";
import { canonicalText, stringify } from "./print.ts";

function problem(text: string): string {
  try {
    for (const { root } of parseYaml(text, { file: "f.yaml" }).documents) root?.toJS();
  } catch (error) {
    assert.ok(error instanceof KptError, String(error));
    assert.equal(error.place?.file, "f.yaml");
    return error.message;
  }
  return "";
}

function rootMap(text: string): MapNode {
  const root = parseYaml(text).documents[0]?.root;
  assert.ok(root?.kind === "map");
  return root;
}

const refused: Record<string, [text: string, message: RegExp]> = {
  "flow nesting without end": ["[".repeat(10_000), /line 1: exceeded max depth of 1000/],
  "block nesting without end": ["- ".repeat(10_000), /line 1: exceeded max depth/],
  "nested mappings without end": [
    Array.from({ length: 3000 }, (_, i) => `${" ".repeat(i)}a:\n`).join(""),
    /line 1001: exceeded max depth/,
  ],
  "a key twice": ["a: 1\nb: 2\na: 3\n", /line 3: mapping key "a" already defined at line 1/],
  "a key twice in many": [
    `${Array.from({ length: 20 }, (_, i) => `k${i}: 1\n`).join("")}k3: 2\n`,
    /line 21: mapping key "k3" already defined at line 4/,
  ],
  NUL: ["a: \0\n", /line 1: control characters are not allowed/],
  "a lone carriage return": ["a: 1\rb: 2\n", /control characters/],
  "a tab as indentation": ["a:\n\tb: 1\n", /line 2: found a tab character where indentation is expected/],
  "an unknown alias": ["a: *b\n", /line 1: unknown anchor 'b' referenced/],
  "an alias bomb": [
    `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}*a${i}]\n`).join("")}`,
    /excessive aliasing/,
  ],
  "an anchor that contains itself": ["a: &a [*a]\n", /anchor 'a' value contains itself/],
  "a template": ["a: {{ .Values.a }}: b\n", /line 1: /],
  "an open quote": ['a: "x\n', /line 1: found unexpected end of stream/],
  "an unknown escape": ['a: "\\q"\n', /line 1: found unknown escape character/],
  "a mapping as value on one line": ["a: b: c\n", /line 1: mapping values are not allowed in this context/],
  "bad indentation": ["a:\n    b: 1\n  c: 2\n", /line 3: did not find expected key/],
};

for (const [name, [text, message]] of Object.entries(refused)) {
  test(`refused with its place: ${name}`, () => assert.match(problem(text), message));
}

test("long scalars, many documents, wide mappings and merge keys take linear time", () => {
  const long = "x".repeat(5_000_000);
  assert.equal(rootMap(`a: ${long}\nb: "${long}"\nc: |\n  ${long}\n`).text("b")?.length, long.length);
  assert.equal(parseYaml("a: 1\n---\n".repeat(50_000)).documents.length, 50_001);
  const wide = rootMap(Array.from({ length: 50_000 }, (_, i) => `k${i}: ${i}\n`).join(""));
  assert.equal(wide.text("k49999"), "49999");
  const merged = rootMap(`base: &b {x: 1, y: 2}\nlist:\n${"- {<<: *b, y: 3}\n".repeat(20_000)}`).toJS() as {
    list: { x: number; y: number }[];
  };
  assert.deepEqual({ ...merged.list[19_999] }, { y: 3, x: 1 });
});

test("blank and comment lines in numbers", () => {
  const root = rootMap(`${"\n# c\n".repeat(50_000)}a: 1\n${"\n# d\n".repeat(50_000)}`);
  root.set("b", 2);
  root.delete("a");
  assert.deepEqual(Object.keys(root.toJS() as object), ["b"]);
});

test("keys that are special to JavaScript are plain keys", () => {
  const text = "__proto__:\n  polluted: true\nconstructor: 1\n";
  const root = rootMap(text);
  const plain = root.toJS();
  assert.ok(typeof plain === "object" && plain !== null);
  assert.deepEqual(Object.keys(plain), ["__proto__", "constructor"]);
  assert.equal(Object.getPrototypeOf(plain), null);
  assert.equal(Reflect.get({}, "polluted"), undefined);
  assert.equal(stringify(new Map([["__proto__", 1]])), "__proto__: 1\n");
});

test("numbers are exact", () => {
  const root = rootMap(
    "a: 12345678901234567890\nb: 012\nc: 0x1F\nd: 1_000\ne: 1.0\nf: .inf\ng: 0o17\nh: -5\n",
  );
  const { a, b, c, d, e, f, g, h } = root.toJS() as Record<string, unknown>;
  assert.deepEqual([a, b, c, d, e, f, g, h], [12345678901234567890n, 10, 31, 1000, 1, Infinity, 15, -5]);
  assert.equal(equalByValue(root.get("e"), rootMap("e: 1").get("e")), false);
});

test("byte order marks, markers and missing line breaks stay", () => {
  const text = "\ufeff# head\r\n--- # one\r\na: 1\r\n...\r\n# between\r\n---\r\nb: 2";
  const file = parseYaml(text);
  const root = file.documents[1]?.root;
  assert.ok(root?.kind === "map");
  root.set("c", 3);
  assert.equal(file.toString(), `${text}\r\nc: 3`);
  root.delete("c");
  assert.equal(file.toString(), text);
  const marked = parseYaml("\ufeffa: 1\n");
  const first = marked.documents[0]?.root;
  assert.ok(first?.kind === "map");
  first.set("b", 2, { before: "a" });
  assert.equal(marked.toString(), "\ufeffb: 2\na: 1\n");
  assert.equal(canonicalText(first), "b: 2\na: 1\n");
});

test("a comment-only document has no root, an empty text no document", () => {
  assert.equal(parseYaml("").documents.length, 0);
  assert.equal(parseYaml("# c\n").documents[0]?.root, undefined);
  assert.deepEqual(
    parseYaml("---\n---\na: 1\n---\n").documents.map(({ root }) => root?.kind),
    [undefined, "map", undefined],
  );
});
