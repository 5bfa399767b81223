import assert from "node:assert/strict";
import { test } from "node:test";
import type { UpstreamFile } from "../../src/upstream/fetch.ts";
import { markResources } from "../../src/upstream/mark.ts";

const head = "kind: A\nmetadata:\n  name: x\n";

const texts: Record<string, string | Buffer> = {
  "bomb.yaml": `${head}a0: &a0 [x]\n${Array.from({ length: 20 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]\n`).join("")}`,
  "deep.yaml": `${head}d: ${"[".repeat(10_000)}${"]".repeat(10_000)}\n`,
  "deep-map.yaml": head + Array.from({ length: 3000 }, (_, i) => `${" ".repeat(i)}a:\n`).join(""),
  "big.yaml": `${head}d: "${"y".repeat(5_000_000)}"\n`,
  "many.yaml": `---\n${head}`.repeat(5000),
  "proto.yaml": `${head}  annotations:\n    __proto__: a\n__proto__: {a: b}\nconstructor: 1\n`,
  "twice.yaml": `${head}metadata:\n  name: y\n`,
  "nul.yaml": 'kind: A\nmetadata:\n  name: "\0"\n',
  "tab.yaml": "kind: A\nmetadata:\n\tname: x\n",
  "latin.yaml": Buffer.from("kind: \xe4\nmetadata: {}\n", "latin1"),
};

test("content made to do harm is marked or left as it is, with a warning", () => {
  const entries = Object.entries(texts).map(([path, text]): [string, UpstreamFile] => [
    path,
    { path, content: Buffer.from(text), executable: false },
  ]);
  const files = new Map(entries);
  const warnings = markResources(files);
  const warned = new Set(warnings.map(line => /"([^"]+)"/.exec(line)?.[1]));
  for (const path of ["twice.yaml", "nul.yaml", "tab.yaml", "latin.yaml"]) assert.ok(warned.has(path), path);
  for (const path of ["big.yaml", "proto.yaml", "bomb.yaml"]) assert.ok(!warned.has(path), path);
  for (const [path, before] of entries) {
    const after = files.get(path)?.content ?? Buffer.alloc(0);
    if (warned.has(path)) assert.ok(after.equals(before.content), path);
    else assert.match(after.toString(), /metadata: # kpt-merge: \/x\n/, path);
  }
  assert.equal(
    files
      .get("many.yaml")
      ?.content.toString()
      .match(/# kpt-merge/g)?.length,
    5000,
  );
});
