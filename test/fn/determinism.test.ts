import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { configMap, Workspace } from "./workspace.ts";

const folders = ["", "a/", "b/", "a/plain/", "a/b/", "z.d/"];
const names = ["x.yaml", "X.yaml", "é.yaml", ".hidden.yml", "10.yaml", "9.yaml", "one.json"];

const mutators = [
  "image: set-labels\n      configMap: {tier: web, app: shop}",
  "image: set-namespace\n      configMap: {namespace: shop}",
  "image: search-replace\n      configMap: {by-value: v, put-value: w}",
  "image: set-annotations\n      configMap: {b: '1', a: '2'}\n      selectors: [{kind: ConfigMap}, {name: n1}]",
  "exec: cat",
  "exec: ./speaks",
];

/** Says something, so that its layout and its results are written. */
const speaks = '#!/bin/sh\ncat\necho "results: [{message: done, tags: {b: x, a: y}}]"\necho told >&2\n';

const resource = (name: string, path: string) =>
  path.endsWith(".json")
    ? `{"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "${name}"}, "data": {"k": "v"}}\n`
    : configMap(name);

const packages = fc
  .record({
    places: fc.uniqueArray(fc.tuple(fc.constantFrom(...folders), fc.constantFrom(...names)), {
      minLength: 1,
      maxLength: 8,
      selector: place => place.join(""),
    }),
    steps: fc.dictionary(
      fc.constantFrom("", "a/", "a/b/", "b/"),
      fc.array(fc.constantFrom(...mutators), { maxLength: 3 }),
    ),
    bfs: fc.boolean(),
  })
  .map(({ places, steps, bfs }) => {
    const files = new Map<string, string>();
    for (const [i, [folder, name]] of places.entries()) files.set(folder + name, resource(`n${i}`, name));
    for (const [folder, list] of Object.entries({ "": [], ...steps })) {
      const annotations = bfs && folder === "" ? '\n  annotations: {kpt.dev/bfs-rendering: "true"}' : "";
      const pipeline = list.map(step => `    - ${step}\n`).join("");
      files.set(
        `${folder}Kptfile`,
        `apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: p${annotations}\n${pipeline === "" ? "" : `pipeline:\n  mutators:\n${pipeline}`}`,
      );
    }
    return [...files];
  });

const twice = packages.chain(files =>
  fc.record({
    files: fc.constant(files),
    shuffled: fc.shuffledSubarray(files, { minLength: files.length, maxLength: files.length }),
  }),
);

async function rendered(work: Workspace): Promise<{ files: Record<string, string>; stderr: string }> {
  const { code, stderr } = await work.kpt(["fn", "render", "pkg", "--allow-exec"]);
  assert.equal(code, 0, stderr);
  return { files: work.all(), stderr };
}

/** What is rendered, without the report in the Kptfile of how many fields this very render changed. */
function withoutStatus(files: Record<string, string>): Record<string, string> {
  return { ...files, "pkg/Kptfile": (files["pkg/Kptfile"] ?? "").replace(/^status:[\s\S]*/m, "") };
}

test("the same package renders to the same bytes, wherever it lies and in whatever order it was made", async t => {
  await fc.assert(
    fc.asyncProperty(twice, async ({ files, shuffled }) => {
      const make = (list: readonly [string, string][]) =>
        new Workspace(t, {
          speaks,
          ...Object.fromEntries(list.map(([path, text]) => [`pkg/${path}`, text])),
        });
      const [one, other] = [make(files), make(shuffled)];
      const first = await rendered(one);
      assert.deepEqual(await rendered(other), first);
      const second = await rendered(one);
      assert.deepEqual(withoutStatus(second.files), withoutStatus(first.files));
      assert.deepEqual(await rendered(one), second);
    }),
    { numRuns: 25 },
  );
});
