import assert from "node:assert/strict";
import { test } from "node:test";
import { FunctionError } from "../../core/resource-list.ts";
import type { CatalogFunction } from "../../functions/index.ts";
import { PackageFile } from "../../package/read.ts";
import { itemsOf } from "../item.ts";
import { builtinRuntime } from "./builtin.ts";

const text = `# head
apiVersion: v1
kind: ConfigMap
metadata:
  name: one # its name
data: # all of it
  b: |
    text
  # lonely
---
apiVersion: v1
kind: ConfigMap
metadata: {name: two}
# behind
`;

function edits(counter: { runs: number }, fails = false): CatalogFunction {
  return {
    name: "edits",
    run({ items }) {
      counter.runs++;
      for (const item of items) {
        item.labels.set("a", "b");
        item.name = `${item.name}-new`;
      }
      if (fails) throw new FunctionError("no");
    },
  };
}

async function after(rehearses: boolean, fails = false): Promise<{ text: string; runs: number }> {
  const file = new PackageFile("f.yaml", "/f.yaml", text);
  const items = itemsOf([file], "");
  const counter = { runs: 0 };
  await builtinRuntime(edits(counter, fails), "latest", rehearses).run(items, undefined, false);
  return { text: file.yaml.toString(), runs: counter.runs };
}

test("a rehearsed function runs once and leaves the bytes that it would leave without", async () => {
  const direct = await after(false);
  assert.notEqual(direct.text, text);
  assert.deepEqual(await after(true), direct);
  assert.equal(direct.runs, 1);
});

test("a rehearsed function that fails leaves every byte", async () => {
  assert.equal((await after(true, true)).text, text);
});

test("a validator leaves every byte", async () => {
  const file = new PackageFile("f.yaml", "/f.yaml", text);
  const items = itemsOf([file], "");
  await builtinRuntime(edits({ runs: 0 }), "latest").run(items, undefined, true);
  assert.equal(file.yaml.toString(), text);
});
