import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { parseYaml } from "../core/yaml/parse.ts";
import { mergeText } from "./merge-text.ts";

interface MergeCase {
  name: string;
  infer: boolean;
  origin: string;
  update: string;
  local: string;
  expected?: string;
  error?: string;
  expected_resource_merge?: string;
  resource_merge_error?: string;
}

/**
 * Results that differ from the recorded ones on purpose, by the row of the specification (pkg, chapter 9) that calls
 * the recorded one a defect.
 */
const better: ReadonlyMap<string, number> = new Map([
  ["kpt-extra.yaml: map: removed upstream, unchanged locally (generic)", 6],
  ["kpt-extra.yaml: map: removed upstream, unchanged locally (resource)", 6],
  ["kpt-extra.yaml: volumes: retainKeys is not honoured (generic)", 6],
  ["kpt-extra.yaml: volumes: retainKeys is not honoured (resource)", 6],
  ["kpt-extra.yaml: map: inner map removed locally, unchanged upstream (generic)", 6],
  ["kpt-extra.yaml: map: inner map removed locally, unchanged upstream (resource)", 6],
  ["kpt-extra.yaml: keyed list: element removed upstream, field added locally (generic)", 6],
  ["kpt-extra.yaml: keyed list: element removed upstream, field added locally (resource)", 6],
  ["kpt-extra.yaml: comments: head comment of a key changed upstream (resource)", 25],
  ["kpt-extra.yaml: comments: line comment of a map key changed upstream (resource)", 25],
  ["list.yaml: Add an updated list (resource)", 25],
  ["scalar.yaml: Ensure comments are added (resource)", 25],
  ["scalar.yaml: Ensure comments are updated (resource)", 25],
]);

const folder = resolve(import.meta.dirname, "../../../../shared/conformance/merge3");
const files = existsSync(folder)
  ? readdirSync(folder).filter(name => name.endsWith(".yaml") && name !== "list-merge-keys.yaml")
  : [];

test("recorded merges", { skip: files.length === 0 ? `${folder} is not there` : false }, async t => {
  for (const file of files) {
    for (const recorded of readCases(join(folder, file))) {
      for (const variant of ["generic", "resource"] as const) {
        const name = `${file}: ${recorded.name} (${variant})`;
        if (better.has(name)) continue;
        await t.test(name, () => check(recorded, variant));
      }
    }
  }
});

function check(recorded: MergeCase, variant: "generic" | "resource"): void {
  const { infer, origin, update, local } = recorded;
  const merge = (): string => mergeText(origin, update, local, { infer, variant });
  const isResource = variant === "resource";
  const hasOwn =
    recorded.expected_resource_merge !== undefined || recorded.resource_merge_error !== undefined;
  const expected = isResource && hasOwn ? recorded.expected_resource_merge : recorded.expected;
  const error = isResource && hasOwn ? recorded.resource_merge_error : recorded.error;
  if (expected === undefined) {
    assert.throws(
      merge,
      (thrown: unknown) => thrown instanceof Error && thrown.message.trim() === error?.trim(),
    );
  } else assert.equal(merge().trim(), expected.trim());
}

function readCases(path: string): MergeCase[] {
  const root = parseYaml(readFileSync(path, "utf8")).documents[0]?.root;
  assert(root?.kind === "seq");
  return root.items.map(item => {
    assert(item.kind === "map");
    const text = (key: string): string | undefined => item.text(key);
    const optional = (key: keyof MergeCase): Record<string, string> => {
      const value = text(key);
      return value === undefined ? {} : { [key]: value };
    };
    return {
      name: text("name") ?? "",
      infer: text("infer") === "true",
      origin: text("origin") ?? "",
      update: text("update") ?? "",
      local: text("local") ?? "",
      ...optional("expected"),
      ...optional("error"),
      ...optional("expected_resource_merge"),
      ...optional("resource_merge_error"),
    };
  });
}
