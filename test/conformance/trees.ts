import { execFileSync } from "node:child_process";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type Document, parseAllDocuments, visit } from "yaml";
import { differences } from "./suite.ts";

/** Places where a recording need not be met; the words are those of the recorded cases. */
export interface Ignore {
  file: string;
  what: "comments" | "empty-fields" | "types" | "file";
}

export interface TreeRules {
  /** The top-level `status` of the root Kptfile is not compared. */
  ignoreRootStatus?: boolean;
  ignore?: readonly Ignore[];
}

/** Files below a folder by relative path; `.git` is left out. */
export function readTree(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const key = relative(folder, path);
    if (key === ".git" || key.startsWith(".git/") || lstatSync(path).isDirectory()) continue;
    found.set(
      key,
      lstatSync(path).isSymbolicLink() ? `-> ${readlinkSync(path)}` : readFileSync(path, "utf8"),
    );
  }
  return found;
}

/** Applies a `git diff` to a folder that need not be a repository. */
export function applyPatch(folder: string, patch: string): void {
  execFileSync("git", ["apply", "--whitespace=nowarn", "--unidiff-zero", patch], {
    cwd: folder,
    env: { ...process.env, GIT_CEILING_DIRECTORIES: join(folder, "..") },
    stdio: "pipe",
  });
}

function isYaml(path: string): boolean {
  return /\.(ya?ml|json)$/.test(path) || basename(path) === "Kptfile";
}

function prune(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(prune);
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value)
    .map(([key, child]) => [key, prune(child)] as const)
    .filter(([, child]) => !isEmpty(child));
  return Object.fromEntries(kept);
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    (typeof value === "object" && Object.keys(value).length === 0)
  );
}

function loosenTypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(loosenTypes);
  if (value === null || typeof value !== "object") return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, loosenTypes(child)]));
}

function commentsOf(documents: readonly Document[]): string[] {
  const found: string[] = [];
  const collect = (text: string | null | undefined): void => {
    for (const line of (text ?? "").split("\n")) {
      const words = line.replace(/^#+/, "").trim().replace(/\s+/g, " ");
      if (words !== "") found.push(words);
    }
  };
  for (const document of documents) {
    collect(document.commentBefore);
    collect(document.comment);
    visit(document, {
      Node: (_, node) => {
        collect(node.commentBefore);
        collect(node.comment);
      },
    });
  }
  return found.sort();
}

/** How two YAML texts differ in meaning or comments; nothing when they say the same. */
export function compareYaml(path: string, expected: string, actual: string, rules: TreeRules): string[] {
  if (expected === actual) return [];
  const what = new Set((rules.ignore ?? []).filter(rule => rule.file === path).map(rule => rule.what));
  const parse = (text: string): Document[] =>
    (parseAllDocuments(text, { version: "1.2", uniqueKeys: false }) as Document[]).filter(
      document => document.contents !== null,
    );
  const want = parse(expected);
  const got = parse(actual);
  const values = (documents: Document[]): unknown[] =>
    documents.map(document => {
      let value: unknown = document.toJS({ maxAliasCount: -1 });
      if (rules.ignoreRootStatus && path === "Kptfile" && value !== null && typeof value === "object") {
        value = Object.fromEntries(Object.entries(value).filter(([key]) => key !== "status"));
      }
      if (what.has("types")) value = loosenTypes(value);
      return what.has("empty-fields") || path.endsWith("Kptfile") ? prune(value) : value;
    });
  if (!isDeepStrictEqual(values(want), values(got))) return differences(path, expected, actual);
  if (what.has("comments")) return [];
  const missing = minus(commentsOf(want), commentsOf(got));
  const added = path.endsWith("Kptfile") ? [] : minus(commentsOf(got), commentsOf(want));
  return [
    ...missing.map(text => `${path}: comment lost: ${text}`),
    ...added.map(text => `${path}: comment not recorded: ${text}`),
  ];
}

/** Resources of a stream in an order that does not depend on the stream's; a list counts as its items. */
function resourcesIn(documents: readonly Document[]): string[] {
  return documents
    .map(document => document.toJS({ maxAliasCount: -1 }) as unknown)
    .flatMap(value => itemsOfList(value) ?? [value])
    .map(value => JSON.stringify(value, sortKeys))
    .sort();
}

function itemsOfList(value: unknown): unknown[] | undefined {
  if (value === null || typeof value !== "object" || !("kind" in value) || !("items" in value))
    return undefined;
  return value.kind === "ResourceList" && Array.isArray(value.items) ? value.items : undefined;
}

function sortKeys(_: string, value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Says whether two streams hold the same resources and comments, in whatever order and layout. */
export function sameResources(expected: string, actual: string): boolean {
  const [want, got] = [expected, actual].map(text =>
    (parseAllDocuments(text, { version: "1.2" }) as Document[]).filter(
      document => document.contents !== null,
    ),
  );
  if (!want?.length || !got || [...want, ...got].some(document => document.errors.length > 0)) return false;
  return (
    isDeepStrictEqual(resourcesIn(want), resourcesIn(got)) &&
    isDeepStrictEqual(commentsOf(want), commentsOf(got))
  );
}

function minus(all: readonly string[], without: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const text of without) left.set(text, (left.get(text) ?? 0) + 1);
  return all.filter(text => {
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count <= 0;
  });
}

/** Compares two trees: the same files; bytes first, the meaning of YAML and its comments second. */
export function compareTrees(
  expected: Map<string, string>,
  actual: Map<string, string>,
  rules: TreeRules = {},
): string[] {
  const problems: string[] = [];
  for (const path of [...new Set([...expected.keys(), ...actual.keys()])].sort()) {
    if ((rules.ignore ?? []).some(rule => rule.file === path && rule.what === "file")) continue;
    const want = expected.get(path);
    const got = actual.get(path);
    if (want === undefined) problems.push(`must not be there: ${path}`);
    else if (got === undefined) problems.push(`missing: ${path}`);
    else if (isYaml(path)) problems.push(...compareYaml(path, want, got, rules));
    else problems.push(...differences(path, want.trimEnd(), got.trimEnd()));
  }
  return problems;
}
