// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to setters are written so
import assert from "node:assert/strict";
import { test } from "node:test";
import { runOnFiles } from "../../sdk/testing.ts";
import { fn } from "./function.ts";

const head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

async function run(body: string, data: string, tag = "latest") {
  const config = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n${data}`;
  const { files, results, failed } = await runOnFiles(fn, { "f.yaml": head + body }, { config, tag });
  const text = files.get("f.yaml") ?? "";
  return {
    text: text.slice(head.length),
    said: results.map(each => each.message),
    failed: failed?.stderr,
    results,
  };
}

const cases: { name: string; body: string; data: string; after: string }[] = [
  {
    name: "keeps quotes and comments",
    body: 'a: "x" # kpt-set: ${t}\n',
    data: "  t: '3'\n",
    after: 'a: "3" # kpt-set: ${t}\n',
  },
  {
    name: "a plain text may become a number",
    body: "a: x # kpt-set: ${t}\n",
    data: "  t: '3'\n",
    after: "a: 3 # kpt-set: ${t}\n",
  },
  {
    name: "a number may become text",
    body: "a: 3 # kpt-set: ${t}\n",
    data: "  t: abc\n",
    after: "a: abc # kpt-set: ${t}\n",
  },
  {
    name: "versions stay as they are spelled",
    body: "a: x # kpt-set: ${t}\n",
    data: "  t: '1.10'\n",
    after: "a: 1.10 # kpt-set: ${t}\n",
  },
  {
    name: "empty text is quoted",
    body: "a: x # kpt-set: ${t}\n",
    data: "  t: ''\n",
    after: 'a: "" # kpt-set: ${t}\n',
  },
  {
    name: "words behind the reference belong to the value",
    body: "a: x # kpt-set: ${t} more\n",
    data: "  t: '9'\n",
    after: "a: 9 more # kpt-set: ${t} more\n",
  },
  {
    name: "other comments are no setters",
    body: "a: x #kpt-set: ${t}\nb: x # kpt-set:${t}\nc: # kpt-set: ${t}\n",
    data: "  t: y\n",
    after: "a: x #kpt-set: ${t}\nb: x # kpt-set:${t}\nc: # kpt-set: ${t}\n",
  },
  {
    name: "elements of lists",
    body: "a:\n- x # kpt-set: ${t}\n- y\n",
    data: "  t: z\n",
    after: "a:\n- z # kpt-set: ${t}\n- y\n",
  },
  {
    name: "a block list",
    body: "a: # kpt-set: ${t}\n- x\n",
    data: '  t: "[1, two]"\n',
    after: "a: # kpt-set: ${t}\n- 1\n- two\n",
  },
  {
    name: "a flow list becomes a block",
    body: "a: [x] # kpt-set: ${t}\nb: c\n",
    data: "  t: |\n    - y\n    - z\n",
    after: "a: # kpt-set: ${t}\n- y\n- z\nb: c\n",
  },
  {
    name: "a list emptied",
    body: "a: # kpt-set: ${t}\n- x\n- y\nb: c\n",
    data: '  t: ""\n',
    after: "a: [] # kpt-set: ${t}\nb: c\n",
  },
  {
    name: "values that look like references are text",
    body: "a: x # kpt-set: ${t}\n",
    data: "  t: $&\n",
    after: "a: $& # kpt-set: ${t}\n",
  },
];

for (const { name, body, data, after } of cases) {
  test(`apply-setters: ${name}`, async () => {
    assert.equal((await run(body, data)).text, after);
  });
}

test("results name field and file, also where nothing changed", async () => {
  const { results } = await run("spec: {a: [{b: x}]}\nc: x # kpt-set: ${t}\n", "  t: x\n");
  assert.deepEqual(results, [
    { message: 'set field value to "x"', field: { path: "c" }, file: { path: "f.yaml" } },
  ]);
  assert.deepEqual((await run("c: x\n", "  t: x\n")).said, ["no matches for input setter(s)"]);
});

test("unresolved setters are named and end the function", async () => {
  const { said, failed } = await run("a: x # kpt-set: ${t}-${b}-${c}\n", "  t: y\n");
  assert.deepEqual(said, ["failed to apply setters: values for setters [${b} ${c}] must be provided"]);
  const text = "values for setters [${b} ${c}] must be provided";
  assert.equal(failed, `${text}${text}\n`);
});

test("first releases wanted setters and matches", async () => {
  assert.deepEqual((await run("a: x\n", "  t: x\n", "v0.1.1")).said, [
    "failed to apply setters: no matches for the input list of setters",
  ]);
});
