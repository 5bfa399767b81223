import assert from "node:assert/strict";
import { test } from "node:test";
import { arrange, type Branch, type ShownResource } from "./tree.ts";

function config(name: string): ShownResource {
  return { file: "x.yaml", apiVersion: "v1", kind: "ConfigMap", name, namespace: undefined };
}

/** The branches as paths, indented by depth. */
function outline(branch: Branch, depth = 0): string[] {
  const own = "  ".repeat(depth) + (branch.path || ".");
  return [
    own,
    ...branch.files.map(each => `${own}: ${each}`),
    ...branch.branches.flatMap(each => outline(each, depth + 1)),
  ];
}

function arranged(folders: string[], files: string[] = []): string[] {
  const resources = new Map(folders.map(folder => [folder, [config("c")]]));
  const root = arrange({ resources, packages: new Set(), files });
  assert.ok(root);
  return outline(root);
}

test("a folder hangs from its nearest ancestor with a branch", () => {
  assert.deepEqual(arranged(["a", "a/b/c", "x/y"]), [".", "  a", "    a/b/c", "  x/y"]);
});

test("a folder whose name begins like another's is not inside it", () => {
  assert.deepEqual(arranged(["dir", "dir-a", "dir/z"]), [".", "  dir", "    dir/z", "  dir-a"]);
});

test("files of folders without a branch are shown where the next branch above is", () => {
  assert.deepEqual(arranged(["a"], ["a/scripts/run.sh", "z/one.txt", "README.md"]), [
    ".",
    ".: README.md",
    ".: z/one.txt",
    "  a",
    "  a: scripts/run.sh",
  ]);
});

test("nothing is shown without a resource", () => {
  assert.equal(arrange({ resources: new Map(), packages: new Set(), files: ["README.md"] }), undefined);
});

test("resources are ordered by file, namespace, name and kind", () => {
  const list = [
    { ...config("b"), kind: "Secret", namespace: "n" },
    { ...config("a"), file: "z.yaml" },
    config("b"),
    { ...config("a"), kind: "Deployment" },
    config("a"),
  ];
  const root = arrange({ resources: new Map([["", list]]), packages: new Set(), files: [] });
  assert.deepEqual(
    root?.resources.map(({ file, kind, name, namespace }) => [file, namespace ?? "", name, kind].join(" ")),
    [
      "x.yaml  a ConfigMap",
      "x.yaml  a Deployment",
      "x.yaml  b ConfigMap",
      "x.yaml n b Secret",
      "z.yaml  a ConfigMap",
    ],
  );
});
