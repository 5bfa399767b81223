import { KptError } from "../../core/error.ts";
import { schemaOf } from "../../core/schema/lookup.ts";
import type { ObjectSchema } from "../../core/schema/schema.ts";
import { followFileMoves } from "../../merge/file-moves.ts";
import { type FileOutcome, mergeFile } from "../../merge/files.ts";
import { type Contents, followMoves } from "../../merge/moves.ts";
import type { Sides } from "../../merge/sides.ts";
import { inFolder, kptfileName } from "../../package/folder.ts";
import { comparePaths } from "../../package/paths.ts";
import { crdsIn } from "../crds.ts";
import type { FileMap } from "../draft.ts";
import type { UpstreamFile } from "../fetch.ts";
import { IgnoredPaths } from "../ignored-paths.ts";
import { packageFolders } from "../remote-packages.ts";
import { mergeKptfileAt } from "./kptfile.ts";
import { samePackage } from "./same-package.ts";
import type { StrategyInput } from "./strategy.ts";

/** Merges every package, resource by resource and field by field. Spec: pkg 5.7. */
export async function resourceMerge(input: StrategyInput): Promise<void> {
  const sides = { base: input.base, upstream: input.upstream, local: input.local };
  const folders = new Set(["", ...Object.values(sides).flatMap(packageFolders)]);
  const split = {
    base: byPackage(sides.base, folders),
    upstream: byPackage(sides.upstream, folders),
    local: byPackage(sides.local, folders),
  };
  const schemas = schemaLookup([...sides.local.values(), ...sides.upstream.values()]);
  const merge = new PackageMerge(input, schemas);
  for (const folder of [...folders].sort(parentsFirst)) {
    const files = {
      base: split.base.get(folder),
      upstream: split.upstream.get(folder),
      local: split.local.get(folder),
    };
    if (folder === "" || shouldMerge(input, folder, files)) {
      mergeKptfileAt(input, folder);
      await merge.files(folder, files);
    }
  }
}

function parentsFirst(a: string, b: string): number {
  return a.split("/").length - b.split("/").length || comparePaths(a, b);
}

/** Divides files among the nearest packages around them; paths stay whole. */
function byPackage(files: FileMap, folders: ReadonlySet<string>): Map<string, Map<string, UpstreamFile>> {
  const result = new Map<string, Map<string, UpstreamFile>>();
  for (const [path, file] of files) {
    let folder = "";
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      if (!folders.has(path.slice(0, end))) continue;
      folder = path.slice(0, end);
      break;
    }
    const known = result.get(folder);
    if (known === undefined) result.set(folder, new Map([[path, file]]));
    else known.set(path, file);
  }
  return result;
}

/** What becomes of a local subpackage, by who has it (spec: pkg 5.3). True if its content is to be merged. */
function shouldMerge(input: StrategyInput, folder: string, sides: Sides<FileMap | undefined>): boolean {
  const { base, upstream, local } = sides;
  const { draft, decisions } = input;
  const file = inFolder(input.folder, folder);
  if (base === undefined) {
    if (upstream === undefined) return false;
    if (local === undefined) return true;
    throw new KptError("MERGE_CONFLICT", `subpackage "${folder}" added in both upstream and local`, {
      label: "Error",
      place: { file },
    });
  }
  if (local === undefined) {
    if (upstream !== undefined) {
      decisions.push({ file, taken: "local", conflict: false, note: "package removed locally" });
    }
    return false;
  }
  if (upstream !== undefined) return true;
  if (!samePackage(base, local, folder)) {
    decisions.push({
      file,
      taken: "local",
      conflict: true,
      note: "package removed upstream, changed locally",
    });
    return false;
  }
  decisions.push({ file, taken: "upstream", conflict: false, note: "package removed upstream" });
  for (const path of local.keys()) draft.remove(inFolder(input.folder, path));
  return false;
}

type Lookup = (apiVersion: string, kind: string) => ObjectSchema | undefined;

/** Schemas of Kubernetes' own types and of the definitions in the package, which are read when first needed. */
function schemaLookup(files: readonly UpstreamFile[]): Lookup {
  let custom: Lookup | undefined;
  return (apiVersion, kind) => {
    const known = schemaOf(apiVersion, kind);
    if (known !== undefined || kind === "") return known;
    custom ??= crdsIn(files);
    return custom(apiVersion, kind);
  };
}

class PackageMerge {
  readonly #input: StrategyInput;
  readonly #schemaOf: Lookup;

  constructor(input: StrategyInput, lookup: Lookup) {
    this.#input = input;
    this.#schemaOf = lookup;
  }

  async files(folder: string, sides: Sides<FileMap | undefined>): Promise<void> {
    const { base, upstream, local } = sides;
    const kptfile = inFolder(folder, kptfileName);
    const paths = new Set([...(base?.keys() ?? []), ...(upstream?.keys() ?? []), ...(local?.keys() ?? [])]);
    paths.delete(kptfile);
    const ignored = new IgnoredPaths(local ?? new Map(), folder);
    const contents = {
      base: contentsOf(base, paths),
      upstream: contentsOf(upstream, paths),
      local: contentsOf(local, paths),
    };
    this.#followMoves(contents, path => /\.ya?ml$/.test(path) && !ignored.has(path));
    let count = 0;
    for (const path of [...paths].sort(comparePaths)) {
      if (++count % 200 === 0) {
        this.#input.progress(
          `Merging: ${Math.floor((100 * count) / paths.size)}% (${count}/${paths.size} files)`,
        );
        await new Promise<void>(resolve => setImmediate(resolve));
      }
      await this.#file(folder, path, contents, {
        upstream: upstream?.get(path),
        isIgnored: ignored.has(path),
      });
    }
  }

  /** Resources that were moved between files, and other files that were moved, are merged where they are now. */
  #followMoves(contents: Sides<Contents>, isResourceFile: (path: string) => boolean): void {
    const { decisions, folder } = this.#input;
    const yaml = pickSides(contents, isResourceFile);
    const other = pickSides(contents, path => !isResourceFile(path));
    const moves = [
      ...followMoves(yaml).map(move => ({ ...move, sides: yaml })),
      ...followFileMoves(other).map(move => ({ ...move, object: undefined, sides: other })),
    ];
    for (const { by, object, from, to, sides } of moves) {
      const what = object === undefined ? {} : { object };
      decisions.push({
        file: inFolder(folder, to),
        ...what,
        taken: by,
        conflict: false,
        note: `moved from ${from}`,
      });
      for (const side of ["base", "upstream", "local"] as const) {
        for (const path of [from, to]) copyOver(sides[side], contents[side], path);
      }
      this.#place(to, contents.local.get(to), this.#input.draft.get(inFolder(folder, from))?.executable);
      this.#place(from, contents.local.get(from));
    }
  }

  #place(path: string, content: Buffer | undefined, executable?: boolean): void {
    const { draft, folder } = this.#input;
    const place = inFolder(folder, path);
    if (content === undefined) draft.remove(place);
    else draft.write(place, content, draft.get(place)?.executable ?? executable);
  }

  async #file(
    folder: string,
    path: string,
    { base, upstream, local }: Sides<Contents>,
    about: { upstream: UpstreamFile | undefined; isIgnored: boolean },
  ): Promise<void> {
    const { draft, folder: root, decisions, onConflict, mergeLines } = this.#input;
    const place = inFolder(root, path);
    if (draft.isBlocked(place)) return;
    const outcome = await mergeFile(
      { base: base.get(path), upstream: upstream.get(path), local: local.get(path) },
      {
        path: place,
        shown: folder === "" ? path : path.slice(folder.length + 1),
        schemaOf: this.#schemaOf,
        onConflict,
        decisions,
        mergeLines,
        isIgnored: about.isIgnored,
      },
    );
    this.#apply(place, outcome, about.upstream);
  }

  #apply(place: string, outcome: FileOutcome, upstream: UpstreamFile | undefined): void {
    const { draft } = this.#input;
    if (outcome.kind === "remove") draft.remove(place);
    else if (outcome.kind === "write") {
      const executable = draft.get(place)?.executable ?? upstream?.executable ?? false;
      draft.write(place, outcome.content, executable);
    }
  }
}

function contentsOf(files: FileMap | undefined, paths: ReadonlySet<string>): Contents {
  const contents: Contents = new Map();
  for (const path of paths) {
    const file = files?.get(path);
    if (file !== undefined) contents.set(path, file.content);
  }
  return contents;
}

function pickSides(contents: Sides<Contents>, isWanted: (path: string) => boolean): Sides<Contents> {
  return {
    base: pick(contents.base, isWanted),
    upstream: pick(contents.upstream, isWanted),
    local: pick(contents.local, isWanted),
  };
}

function pick(contents: Contents, isWanted: (path: string) => boolean): Contents {
  return new Map([...contents].filter(([path]) => isWanted(path)));
}

function copyOver(from: Contents, to: Contents, path: string): void {
  const content = from.get(path);
  if (content === undefined) to.delete(path);
  else to.set(path, content);
}
