import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";

const src = resolve(import.meta.dirname, "../../src");

/** Who may import whom. A folder may always import itself; the longest matching name decides. */
const mayImport: Record<string, readonly string[]> = {
  core: [],
  host: ["core"],
  package: ["core", "host"],
  merge: ["core", "package"],
  upstream: ["core", "host", "package", "merge"],
  sdk: ["core"],
  language: ["core"],
  functions: ["core", "sdk", "language"],
  fn: ["core", "host", "package", "functions"],
  kube: ["core", "host"],
  "live/status": ["core"],
  "live/plan": ["core"],
  live: ["core", "host", "package", "kube", "live/status", "live/plan"],
  sandbox: ["core", "language"],
  cli: [
    "core",
    "host",
    "package",
    "merge",
    "upstream",
    "sdk",
    "functions",
    "fn",
    "kube",
    "live",
    "live/status",
    "live/plan",
    "sandbox",
  ],
  "": ["core", "host", "package", "merge", "upstream", "fn", "live", "live/status", "live/plan"],
};

interface Import {
  from: string;
  to: string;
  lazy: boolean;
  typeOnly: boolean;
}

function sources(): string[] {
  return readdirSync(src, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith(".ts"))
    .map(entry => relative(src, join(entry.parentPath, entry.name)));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(src, file), "utf8");
  const found: Import[] = [];
  const pattern =
    /^(?:import|export)\s+(type\s)?[^"';]*?from\s+"(\.[^"]+)"|^import\s+"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm;
  for (const [, type, named, bare, lazy] of text.matchAll(pattern)) {
    const target = named ?? bare ?? lazy;
    if (target === undefined) continue;
    found.push({
      from: file,
      to: relative(src, resolve(src, dirname(file), target)),
      lazy: lazy !== undefined,
      typeOnly: type !== undefined,
    });
  }
  return found;
}

function folderOf(file: string): string {
  const names = Object.keys(mayImport).filter(name => name === "" || file.startsWith(`${name}/`));
  return names.sort((a, b) => b.length - a.length)[0] ?? "";
}

test("folders import only what the layout allows", () => {
  const breaches = sources()
    .filter(file => !file.endsWith(".test.ts"))
    .flatMap(importsOf)
    .filter(
      ({ from, to }) => folderOf(from) !== folderOf(to) && !mayImport[folderOf(from)]?.includes(folderOf(to)),
    )
    .map(({ from, to }) => `${from} imports ${to}`);
  assert.deepEqual(breaches, []);
});

test("every folder of src is in the table", () => {
  const folders = readdirSync(src, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name);
  assert.deepEqual(
    folders.filter(name => !(name in mayImport)),
    [],
  );
});

test("modules that are loaded together have no cycles", () => {
  const graph = new Map<string, string[]>();
  for (const file of sources()) {
    graph.set(
      file,
      importsOf(file)
        .filter(found => !found.lazy && !found.typeOnly)
        .map(found => found.to),
    );
  }
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      cycles.push([...path.slice(at), file].join(" → "));
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  assert.deepEqual(cycles, []);
});
