import { isUtf8 } from "node:buffer";
import { KptError } from "../core/error.ts";
import type { ObjectSchema } from "../core/schema/schema.ts";
import type { YamlFile } from "../core/yaml/file.ts";
import { parseYaml } from "../core/yaml/parse.ts";
import { orMalformed } from "../package/malformed.ts";
import type { ConflictPolicy, Decision } from "./decision.ts";
import type { Sides } from "./sides.ts";
import { markFile, mergeYamlFile, noteAdded } from "./yaml-file.ts";

/** The result of merging lines: undefined where both sides changed the same ones. */
export type MergeLines = (sides: Sides<Uint8Array>) => Promise<Uint8Array | undefined>;

export interface FileMergeOptions {
  path: string;
  /** Relative to the file's own package. */
  shown: string;
  schemaOf: (apiVersion: string, kind: string) => ObjectSchema | undefined;
  onConflict: ConflictPolicy | undefined;
  decisions: Decision[];
  mergeLines: MergeLines;
  /** Whether `.krmignore` hides the file: its resources are none of our business. */
  isIgnored: boolean;
}

/** The file stays, goes, or has new content. */
export type FileOutcome = { kind: "keep" } | { kind: "remove" } | { kind: "write"; content: Uint8Array };

const keep: FileOutcome = { kind: "keep" };

/** Merges three versions of a file, whatever is in it; undefined is a file that isn't there. */
export async function mergeFile(
  sides: Sides<Buffer | undefined>,
  options: FileMergeOptions,
): Promise<FileOutcome> {
  const { base, upstream, local } = sides;
  if (same(base, upstream) || same(local, upstream)) return keep;
  if (/\.ya?ml$/.test(options.path) && !options.isIgnored) {
    const trees = readTrees(sides, options.path);
    if (trees?.upstream !== undefined && base === undefined && local === undefined) {
      noteAdded(trees.upstream, options);
      return { kind: "write", content: upstream ?? Buffer.of() };
    }
    if (trees !== undefined && Object.values(trees).some(holdsValues)) {
      const hadValues = holdsValues(trees.local);
      const text = mergeYamlFile(trees, options);
      if (text === undefined) return hadValues ? withoutValues(trees.upstream, upstream) : keep;
      const content = Buffer.from(text);
      return same(content, local) ? keep : { kind: "write", content };
    }
  }
  // What kpt itself wrote into a file of resources is no change.
  const isUntouched = /\.ya?ml$/.test(options.path) && same(marked(base, options.path), local);
  return await mergeOther(isUntouched ? { base: local, upstream, local } : sides, options);
}

function holdsValues(file: YamlFile | undefined): boolean {
  return file?.documents.some(({ root }) => root !== undefined) === true;
}

/** What becomes of a file whose last resource went: the remarks come that upstream has in its place. */
function withoutValues(file: YamlFile | undefined, upstream: Buffer | undefined): FileOutcome {
  if (upstream === undefined || upstream.length === 0 || holdsValues(file)) return { kind: "remove" };
  return { kind: "write", content: upstream };
}

function marked(content: Buffer | undefined, path: string): Buffer | undefined {
  try {
    const file = read(content, path);
    return file !== undefined && markFile(file) ? Buffer.from(file.toString()) : undefined;
  } catch {
    return undefined;
  }
}

function same(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b);
}

/** Undefined where upstream's versions are no YAML, as the templates of charts: such files are merged as text. */
function readTrees(sides: Sides<Buffer | undefined>, path: string): Sides<YamlFile | undefined> | undefined {
  let base: YamlFile | undefined;
  let upstream: YamlFile | undefined;
  try {
    base = read(sides.base, path);
    upstream = read(sides.upstream, path);
  } catch {
    return undefined;
  }
  return { base, upstream, local: read(sides.local, path) };
}

function read(content: Buffer | undefined, path: string): YamlFile | undefined {
  if (content === undefined) return undefined;
  if (!isUtf8(content)) {
    throw new KptError("YAML_SYNTAX", `${path}: the file is not valid UTF-8`, { place: { file: path } });
  }
  return orMalformed(path, () => parseYaml(content.toString("utf8"), { file: path }));
}

/**
 * Files that hold no resources: what only one side changed is taken from there, text that both changed is merged line
 * by line. Where that fails the local file stays, as in Go kpt, unless the user said that upstream is to win.
 */
async function mergeOther(
  { base, upstream, local }: Sides<Buffer | undefined>,
  options: FileMergeOptions,
): Promise<FileOutcome> {
  const { onConflict } = options;
  const decide = (taken: "upstream" | "local" | "both", conflict: boolean, note: string): void => {
    options.decisions.push({ file: options.path, taken, conflict, note });
  };
  if (upstream === undefined) {
    if (local === undefined) return keep;
    if (same(base, local)) {
      decide("upstream", false, "removed upstream");
      return { kind: "remove" };
    }
    decide(onConflict === "upstream" ? "upstream" : "local", true, "removed upstream, changed locally");
    return onConflict === "upstream" ? { kind: "remove" } : keep;
  }
  if (local === undefined) {
    if (base === undefined) decide("upstream", false, "added upstream");
    else {
      // The same answer as for a value: what was removed here and changed there comes back.
      decide(onConflict === "local" ? "local" : "upstream", true, "removed locally, changed upstream");
      if (onConflict === "local") return keep;
    }
    return { kind: "write", content: upstream };
  }
  if (base !== undefined && same(base, local)) {
    decide("upstream", false, "changed upstream");
    return { kind: "write", content: upstream };
  }
  const content = base === undefined ? undefined : await options.mergeLines({ base, upstream, local });
  if (content !== undefined) {
    decide("both", false, "changed on both sides, merged line by line");
    return { kind: "write", content };
  }
  const note = base === undefined ? "added on both sides" : "changed on both sides";
  decide(onConflict === "upstream" ? "upstream" : "local", true, note);
  return onConflict === "upstream" ? { kind: "write", content: upstream } : keep;
}
