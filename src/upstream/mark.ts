import { isUtf8 } from "node:buffer";
import { messageOf } from "../core/error.ts";
import { Resource } from "../core/resource.ts";
import { parseYaml } from "../core/yaml/parse.ts";
import { IgnoreRules, parseIgnore } from "../package/ignore.ts";
import { addBlueprint, addMergeComment, mergeCommentInsertions } from "../package/merge-comment.ts";
import { type Insertion, insertAll } from "../package/quick-mark.ts";
import type { UpstreamFile } from "./fetch.ts";
import { oneLine } from "./messages.ts";

/**
 * Marks all resources of a package and its subpackages with their upstream names, touching nothing else.
 * Files that can't be read are left as they are; returns a warning for each.
 */
export function markResources(
  files: Map<string, UpstreamFile>,
  options: { blueprint?: boolean } = {},
): string[] {
  const warnings: string[] = [];
  const ignored = new IgnoredPaths(files, warnings);
  for (const file of files.values()) {
    if (!/\.ya?ml$/.test(file.path) || ignored.has(file.path)) continue;
    try {
      const text = markText(file.content, options.blueprint === true);
      if (text !== undefined) files.set(file.path, { ...file, content: Buffer.from(text) });
    } catch (error) {
      warnings.push(
        `[Warn] No merge comments added to "${oneLine(file.path)}": ${firstLine(messageOf(error))} `,
      );
    }
  }
  return warnings;
}

function markText(content: Buffer, blueprint: boolean): string | undefined {
  // Most files without an apiVersion hold no resource; they needn't be parsed.
  if (!content.includes("kind") || !content.includes("metadata")) return undefined;
  if (!isUtf8(content)) throw new Error("not valid UTF-8");
  const text = content.toString("utf8");
  const yaml = parseYaml(text);
  const resources = yaml.documents.flatMap(({ root }) => (root?.kind === "map" ? [new Resource(root)] : []));
  const quick = blueprint && text.includes(".cnrm.") ? undefined : quickInsertions(resources, text);
  if (quick !== undefined) return quick.length === 0 ? undefined : insertAll(text, quick);
  let changed = false;
  for (const resource of resources) {
    if (addMergeComment(resource)) changed = true;
    if (blueprint && addBlueprint(resource)) changed = true;
  }
  return changed ? yaml.toString() : undefined;
}

function quickInsertions(resources: readonly Resource[], text: string): Insertion[] | undefined {
  if (text.includes("\r") || text.charCodeAt(0) === 0xfeff || !text.endsWith("\n")) return undefined;
  const insertions: Insertion[] = [];
  for (const resource of resources) {
    const ones = mergeCommentInsertions(resource, text);
    if (ones === undefined) return undefined;
    insertions.push(...ones);
  }
  return insertions;
}

/** What the `.krmignore` of each package hides. */
class IgnoredPaths {
  readonly #files: ReadonlyMap<string, UpstreamFile>;
  readonly #warnings: string[];
  readonly #rules = new Map<string, IgnoreRules>();

  constructor(files: ReadonlyMap<string, UpstreamFile>, warnings: string[]) {
    this.#files = files;
    this.#warnings = warnings;
  }

  has(path: string): boolean {
    let packagePath = "";
    for (let slash = path.indexOf("/"); slash >= 0; slash = path.indexOf("/", slash + 1)) {
      const folder = path.slice(0, slash);
      if (this.#rulesOf(packagePath).ignores(below(packagePath, folder), true)) return true;
      if (this.#files.has(`${folder}/Kptfile`)) packagePath = folder;
    }
    return this.#rulesOf(packagePath).ignores(below(packagePath, path), false);
  }

  #rulesOf(packagePath: string): IgnoreRules {
    const known = this.#rules.get(packagePath);
    if (known) return known;
    const path = packagePath === "" ? ".krmignore" : `${packagePath}/.krmignore`;
    const file = this.#files.get(path);
    let rules = IgnoreRules.none;
    try {
      if (file) rules = parseIgnore(file.content.toString("utf8"), path);
    } catch (error) {
      this.#warnings.push(`[Warn] Ignoring "${oneLine(path)}": ${firstLine(messageOf(error))} `);
    }
    this.#rules.set(packagePath, rules);
    return rules;
  }
}

function below(packagePath: string, path: string): string {
  return packagePath === "" ? path : path.slice(packagePath.length + 1);
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
