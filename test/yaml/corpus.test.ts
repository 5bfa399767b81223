import assert from "node:assert/strict";
import { test } from "node:test";
import { KptError } from "../../src/core/error.ts";
import { equalByValue } from "../../src/core/yaml/compare.ts";
import type { YamlFile } from "../../src/core/yaml/file.ts";
import type { ScalarNode, YamlNode } from "../../src/core/yaml/node.ts";
import { parseYaml } from "../../src/core/yaml/parse.ts";
import { canonicalText } from "../../src/core/yaml/print.ts";
import { reconcile } from "../../src/core/yaml/reconcile.ts";
import { corpus } from "./corpus.ts";
import { libraryShape, readByLibrary, shapeOf } from "./library.ts";

const files = corpus(300_000);
const skip = files === undefined ? "the recorded data isn't beside the repository" : false;

function parsed(text: string): YamlFile | undefined {
  try {
    return parseYaml(text);
  } catch (error) {
    assert.ok(error instanceof KptError, String(error));
    return undefined;
  }
}

function readable(limit: number): { path: string; text: string; file: YamlFile }[] {
  return (files ?? []).flatMap(({ path, text }) => {
    const file = text.length > limit ? undefined : parsed(text);
    return file === undefined ? [] : [{ path, text, file }];
  });
}

function visit(node: YamlNode | undefined, each: (node: YamlNode) => void): void {
  if (node === undefined) return;
  each(node);
  if (node.kind === "map") for (const { value } of node.entries) visit(value, each);
  if (node.kind === "seq") for (const item of node.items) visit(item, each);
}

function scalarsOf(file: YamlFile): ScalarNode[] {
  const all: ScalarNode[] = [];
  for (const { root } of file.documents) visit(root, node => node.kind === "scalar" && all.push(node));
  return all;
}

function values(file: YamlFile): unknown[] {
  return file.documents.map(({ root }) => root?.toJS());
}

test("every recorded file reads as the yaml library reads it, with the same ranges", { skip }, () => {
  for (const { path, text } of files ?? []) {
    const library = readByLibrary(text);
    const own = parsed(text);
    assert.equal(own === undefined, library === undefined, `${path}: accepted by one reader only`);
    if (own !== undefined && library !== undefined) {
      assert.deepEqual(shapeOf(own), libraryShape(library), path);
      assert.equal(own.toString(), text);
    }
  }
});

test("an edit that is undone leaves every byte as it was", { skip }, () => {
  for (const { path, text, file } of readable(300_000)) {
    for (const { root } of file.documents) {
      visit(root, node => {
        if (node.kind === "map") {
          node.set("zz-new", 1);
          node.delete("zz-new");
        } else if (node.kind === "seq") {
          node.push("new");
          node.remove(node.size - 1);
        }
      });
    }
    assert.equal(file.toString(), text, path);
  }
});

test("an edit of one scalar is a diff of one line", { skip }, () => {
  for (const { path, text, file } of readable(50_000)) {
    const count = scalarsOf(file).length;
    for (let i = 0; i < Math.min(3, count); i++) {
      const copy = parseYaml(text);
      const scalar = scalarsOf(copy)[(i * 7919) % count];
      if (scalar === undefined || text.slice(scalar.start, scalar.end).includes("\n")) continue;
      scalar.setValue(i % 2 === 0 ? "a: text" : 17);
      const printed = copy.toString();
      const before = text.split("\n");
      const after = printed.split("\n");
      assert.equal(after.length, before.length, path);
      assert.equal(after.filter((line, at) => line !== before[at]).length, 1, path);
      assert.deepEqual(values(parseYaml(printed)), values(copy), path);
    }
  }
});

test("canonical text means the same, and reconciling with it changes nothing", { skip }, () => {
  for (const { path, text, file } of readable(50_000)) {
    for (const { root } of file.documents) {
      if (root === undefined) continue;
      const canonical = canonicalText(root);
      const again = parseYaml(canonical).documents[0]?.root;
      assert.ok(again !== undefined && equalByValue(again, root), path);
      assert.equal(canonicalText(again), canonical, path);
      reconcile(root, again);
    }
    assert.equal(file.toString(), text, path);
  }
});
