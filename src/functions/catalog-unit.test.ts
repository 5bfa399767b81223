import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import type { Result } from "../core/resource-list.ts";
import { runOnFiles } from "../sdk/testing.ts";
import { loadFunction } from "./load.ts";

/** Recorded runs of the published functions: what came out of the real tool for an input. */
interface Case {
  function: string;
  name: string;
  functionConfig?: string;
  input: Record<string, string>;
  expected?: Record<string, string>;
  errorContains?: string;
  observed: {
    exitCode: number;
    filesAfter?: Record<string, string>;
    filesDeleted?: string[];
    results?: Result[];
    functionStderr?: string;
    stderrTail?: string;
  };
}

const folder = resolve(import.meta.dirname, "../../../../shared/conformance/catalog-unit");

function cases(): { path: string; text: string }[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter(path => path.endsWith(".yaml"))
    .sort()
    .map(path => ({ path, text: readFileSync(join(folder, path), "utf8") }));
}

function plain(results: readonly Result[]): unknown {
  return results.map(({ message, severity, field, file, resourceRef }) =>
    JSON.parse(JSON.stringify({ message, severity, field, file, resourceRef })),
  );
}

/**
 * kpt formats every file that it writes; we keep the bytes of what did not change. Blanks at the ends, and
 * where a comment of its own line begins, are such differences.
 */
function normal(text: string): string {
  const lines = text.split("\n").map(line => line.trimEnd().replace(/^\s+#/, "#"));
  return `${lines.join("\n").trim()}\n`;
}

function normalAll(files: Iterable<[string, string]>): Record<string, string> {
  return Object.fromEntries([...files].map(([path, text]) => [path, normal(text)]));
}

/** The documents without the annotations that kpt adds on the way. */
function values(text: string): unknown[] {
  return parseAllDocuments(text).map(document => {
    const value = document.toJS();
    const annotations = value?.metadata?.annotations ?? {};
    for (const key of Object.keys(annotations))
      if (/config\.kubernetes\.io\/(?:target-)?path$/.test(key)) delete annotations[key];
    if (value?.metadata && Object.keys(annotations).length === 0) delete value.metadata.annotations;
    return value;
  });
}

if (!existsSync(folder)) {
  test("recorded runs of catalogue functions", { skip: `${folder} is absent` }, () => {});
} else {
  for (const { path, text } of cases()) {
    const recorded: Case = parse(text);
    if (recorded.observed === undefined || recorded.input === undefined) continue;
    test(`recorded: ${path}`, async t => {
      const fn = await loadFunction(recorded.function);
      if (fn === undefined) return t.skip(`${recorded.function} is not built in`);
      const outcome = await runOnFiles(fn, recorded.input, { config: recorded.functionConfig });
      const { observed } = recorded;
      // kpt itself refused the input or output; the function's own table says what it did.
      const isRefused = observed.exitCode !== 0 && !observed.functionStderr;
      if (isRefused) {
        const expected = Object.values(recorded.expected ?? {}).flatMap(values);
        assert.deepEqual([...outcome.files.values()].flatMap(values), expected);
        return undefined;
      }
      assert.equal(outcome.failed === undefined ? 0 : 1, observed.exitCode, outcome.failed?.message);
      assert.deepEqual(plain(outcome.results), plain(observed.results ?? []));
      if (outcome.failed !== undefined) {
        if (observed.functionStderr !== undefined)
          assert.equal(outcome.failed.stderr, observed.functionStderr);
        return undefined;
      }
      const after: Record<string, string> = { ...recorded.input, ...observed.filesAfter };
      for (const name of observed.filesDeleted ?? []) delete after[name];
      const [ours, theirs] = [normalAll(outcome.files), normalAll(Object.entries(after))];
      // kpt drops empty annotations from files that it writes, and lays out anew what nobody changed.
      const isDropped = Object.values(recorded.input).some(text =>
        /^ *annotations:\n(?! *[^#\s])/m.test(text),
      );
      const input = normalAll(Object.entries(recorded.input));
      if (isDropped || JSON.stringify(ours) === JSON.stringify(input))
        assert.deepEqual(Object.values(ours).flatMap(values), Object.values(theirs).flatMap(values));
      else assert.deepEqual(ours, theirs);
      return undefined;
    });
  }
}
