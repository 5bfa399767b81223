import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { schemaOf } from "../../src/core/schema/lookup.ts";
import { parseYaml } from "../../src/core/yaml/parse.ts";
import type { Decision } from "../../src/merge/decision.ts";
import { mergeYamlFile } from "../../src/merge/yaml-file.ts";

interface Merged {
  text: string | undefined;
  decisions: Decision[];
}

function merge(base: string, local: string, upstream: string): Merged {
  const decisions: Decision[] = [];
  const read = (text: string) => parseYaml(text, { file: "a.yaml" });
  const text = mergeYamlFile(
    { base: read(base), local: read(local), upstream: read(upstream) },
    { path: "a.yaml", shown: "a.yaml", schemaOf, onConflict: "upstream", decisions },
  );
  return { text, decisions };
}

/** What a text says; the order of keys, and of elements that are told apart by name, is no part of it. */
function meaning(text: string): unknown[] {
  return parseYaml(text).documents.flatMap(({ root }) => (root === undefined ? [] : [sorted(root.toJS())]));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(sorted);
    const nameOf = (item: unknown): string => JSON.stringify(item);
    return items.every(item => Array.isArray(item) && item.some(([key]) => key === "name"))
      ? items.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
      : items;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, sorted(item)]);
  return entries.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}

/** Texts of comments, unique in a file because each holds the place where it stands and a word of its version. */
const commentsOf = (text: string): string[] => (text.match(/#.*/g) ?? []).map(it => it.trim()).sort();

interface Field {
  key: string;
  value: string;
  head: string | undefined;
  line: string | undefined;
  /** Whether a blank line stands above. */
  gap: boolean;
}

const word = fc.constantFrom("old", "new", "ours", "theirs");
const field = (keys: readonly string[]): fc.Arbitrary<Field> =>
  fc.record({
    key: fc.constantFrom(...keys),
    value: fc.constantFrom("one", "two", "3", '"4"', "true"),
    head: fc.option(word, { nil: undefined, freq: 2 }),
    line: fc.option(word, { nil: undefined, freq: 2 }),
    gap: fc.boolean(),
  });

const fields = (keys: readonly string[], minLength = 0): fc.Arbitrary<Field[]> =>
  fc.uniqueArray(field(keys), { selector: it => it.key, minLength, maxLength: keys.length });

function lines(of: readonly Field[], indent: string, prefix = ""): string {
  return of
    .map(
      ({ key, value, head, line, gap }) =>
        `${gap ? "\n" : ""}${head === undefined ? "" : `${indent}# above ${prefix}${key} ${head}\n`}` +
        `${indent}${key}: ${value}${line === undefined ? "" : ` # behind ${prefix}${key} ${line}`}\n`,
    )
    .join("");
}

/** A Deployment with labels, containers told apart by name and arguments that nothing tells apart. */
const resource = fc
  .record({
    header: fc.option(word, { nil: undefined }),
    foot: fc.option(word, { nil: undefined }),
    below: fc.option(word, { nil: undefined }),
    key: fc.option(word, { nil: undefined }),
    labels: fields(["a", "b", "c"], 1),
    containers: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom("web", "proxy", "log"),
        head: fc.option(word, { nil: undefined }),
        more: fields(["image", "workingDir", "imagePullPolicy"]),
      }),
      { selector: it => it.name, minLength: 1, maxLength: 3 },
    ),
    args: fc.uniqueArray(
      fc.record({
        text: fc.constantFrom("--a", "--b", "--c"),
        line: fc.option(word, { nil: undefined }),
      }),
      { selector: it => it.text, minLength: 1, maxLength: 3 },
    ),
  })
  .map(
    ({ header, foot, below, key, labels, containers, args }) =>
      `${header === undefined ? "" : `# header ${header}\n\n`}apiVersion: apps/v1\nkind: Deployment\n` +
      `metadata:\n  name: web\n  labels:${key === undefined ? "" : ` # labels ${key}`}\n` +
      `${lines(labels, "    ")}${below === undefined ? "" : `\n    # below the labels ${below}\n\n`}spec:\n  template:\n    spec:\n      containers:\n` +
      containers
        .map(
          ({ name, head, more }) =>
            `${head === undefined ? "" : `      # above ${name} ${head}\n`}      - name: ${name}\n${lines(more, "        ", `${name} `)}`,
        )
        .join("") +
      `---\napiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: thing\nspec:\n  args:\n` +
      args
        .map(({ text, line }) => `  - ${text}${line === undefined ? "" : ` # behind ${text} ${line}`}\n`)
        .join("") +
      (foot === undefined ? "" : `\n# foot ${foot}\n`),
  );

const runs = { numRuns: 300 };

test("what only upstream changed is followed, by value and with all comments", () => {
  fc.assert(
    fc.property(resource, resource, (base, upstream) => {
      const { text = "" } = merge(base, base, upstream);
      assert.deepEqual(meaning(text), meaning(upstream));
      assert.deepEqual(commentsOf(text), commentsOf(upstream));
    }),
    runs,
  );
});

test("what only we changed stays, byte for byte", () => {
  fc.assert(
    fc.property(resource, resource, (base, local) => assert.equal(merge(base, local, base).text, local)),
    runs,
  );
});

test("what both have stays, byte for byte", () => {
  fc.assert(
    fc.property(resource, resource, (base, both) => assert.equal(merge(base, both, both).text, both)),
    runs,
  );
});

test("a second update to the same version changes nothing", () => {
  fc.assert(
    fc.property(resource, resource, resource, (base, local, upstream) => {
      const { text = "" } = merge(base, local, upstream);
      assert.equal(merge(upstream, text, upstream).text, text);
    }),
    runs,
  );
});

test("no comment that was written here goes without a word", () => {
  fc.assert(
    fc.property(resource, resource, resource, (base, local, upstream) => {
      const { text = "", decisions } = merge(base, local, upstream);
      const told = decisions.map(({ note = "" }) => note).join("\n");
      for (const comment of commentsOf(local)) {
        if (text.includes(comment) || base.includes(comment)) continue;
        assert.ok(told.includes(comment), `${comment}\n${text}\n${told}`);
      }
    }),
    runs,
  );
});

test("no comment that upstream wrote stays away without a word", () => {
  fc.assert(
    fc.property(resource, resource, resource, (base, local, upstream) => {
      const { text = "", decisions } = merge(base, local, upstream);
      const told = decisions.map(({ note = "" }) => note).join("\n");
      for (const comment of commentsOf(upstream)) {
        if (text.includes(comment) || base.includes(comment)) continue;
        assert.ok(told.includes(comment), `${comment}\n${text}\n${told}`);
      }
    }),
    runs,
  );
});
