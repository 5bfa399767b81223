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

/** What opens, lists or changes files. Asking what is at a path is not among it. */
const opensFiles =
  /\b(?:read|write|append|copy|open|rm|cp|mk|link|unlink|rename|symlink|chmod|chown|utimes|truncate|create|promises)[A-Za-z]*\b/;

/** The modules that open files themselves in the folders that deal with packages, and why they may. */
const opening: Record<string, string> = {
  "package/folder.ts": "the way to all that packages hold",
  "upstream/destination.ts":
    "looks whether the folder that a package goes to is empty, and where a link leads",
  "upstream/diff.ts": "a temporary folder of its own",
  "upstream/merge-lines.ts": "a temporary folder of its own",
  "cli/commands/fn/locate.ts": "where the link leads that the user named",
  "fn/runtime/wasm.ts": "the program that the user named",
};

test("one module reads what packages hold, and what writes them asks the judge of paths", () => {
  const dealWithPackages = /^(?:package|merge|upstream|fn|functions|live|cli\/commands\/(?:pkg|fn|live))\//;
  const opens = (file: string): boolean => {
    const text = readFileSync(join(src, file), "utf8");
    const imports = [...text.matchAll(/import \{([^}]*)\} from "node:fs(?:\/promises)?"/g)];
    return imports.some(([, names = ""]) => opensFiles.test(names.replaceAll(/type \w+/g, "")));
  };
  const found = sources().filter(
    file => dealWithPackages.test(file) && !file.endsWith(".test.ts") && opens(file),
  );
  assert.deepEqual(found.sort(), Object.keys(opening).sort());
  for (const file of ["host/replace.ts", "host/new-folder.ts", "host/journal.ts", "package/folder.ts"]) {
    assert.match(
      readFileSync(join(src, file), "utf8"),
      /import \{[^}]*(?:judgePath|resolveInside)[^}]*\} from "[^"]*inside\.ts"/,
      file,
    );
  }
  const judges = sources().filter(file =>
    /function (?:judgePath|resolveInside)\b/.test(readFileSync(join(src, file), "utf8")),
  );
  assert.deepEqual(judges, ["host/inside.ts"]);
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
