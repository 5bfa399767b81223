import type { YamlDocument } from "../core/yaml/file.ts";
import type { YamlNode } from "../core/yaml/node.ts";
import { canonicalText } from "../core/yaml/print.ts";
import type { PackageFile } from "../package/read.ts";
import type { PackageChange } from "../package/write.ts";
import { failure } from "./checks.ts";
import { isTemplate } from "./foreign.ts";
import type { Item } from "./item.ts";
import { toJson } from "./json-text.ts";

export interface SaveOptions {
  /** Files that were read; what has no item left among them goes away. */
  files: readonly PackageFile[];
  /** Where everything ends up, with paths below the folder that was read. */
  items: readonly Item[];
  /** Whether files without items are removed. */
  prunes: boolean;
}

/**
 * What must change on disk so that it holds these items: nothing for files whose items nobody changed, patches for those
 * that were edited, new text for new files.
 */
export function planChanges({ files, items, prunes }: SaveOptions): PackageChange[] {
  const read = new Map(files.map(file => [file.path, file]));
  const groups = groupByPath(items);
  const changes: PackageChange[] = [];
  for (const [path, group] of groups) {
    const file = read.get(path);
    const content = file === undefined ? newContent(path, group) : patched(file, group, prunes);
    if (content !== file?.text) changes.push({ path, content });
  }
  if (!prunes) return changes;
  for (const file of files) {
    if (groups.has(file.path) || isTemplate(file)) continue;
    if (file.yaml.documents.some(document => document.root !== undefined)) {
      changes.push({ path: file.path, content: undefined });
    }
  }
  return changes;
}

/** Every file of the items with its content, for a folder that holds nothing yet. */
export function fileContents({
  files,
  items,
}: Pick<SaveOptions, "files" | "items">): { path: string; content: string }[] {
  const read = new Map(files.map(file => [file.path, file]));
  return [...groupByPath(items)].map(([path, group]) => {
    const file = read.get(path);
    return { path, content: file === undefined ? newContent(path, group) : patched(file, group, true) };
  });
}

/** Items by file, each group in the order in which it is written (spec: fn 1.6). */
export function groupByPath(items: readonly Item[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const path = item.path;
    if (path === undefined) throw failure("a resource has no path");
    const group = groups.get(path);
    if (group === undefined) groups.set(path, [item]);
    else group.push(item);
  }
  for (const [path, group] of groups) groups.set(path, inOrder(group));
  return groups;
}

function inOrder(group: Item[]): Item[] {
  if (group.length === 1) return group;
  let highest = 0;
  for (const item of group) highest = Math.max(highest, numberOf(item.index) ?? 0);
  const keyed = group.map(item => ({
    item,
    at: item.index === undefined ? highest++ : (numberOf(item.index) ?? Number.NaN),
  }));
  if (keyed.some(({ at }) => Number.isNaN(at))) return group;
  return keyed.sort((a, b) => a.at - b.at).map(({ item }) => item);
}

function numberOf(index: string | undefined): number | undefined {
  return index !== undefined && /^\d{1,15}$/.test(index) ? Number(index) : undefined;
}

/** The text of a file that was read, with its items as they are now. */
function patched(file: PackageFile, group: readonly Item[], prunes: boolean): string {
  const { yaml } = file;
  const own = (item: Item) => (item.origin?.file === file ? item.origin.document : undefined);
  const wanted = new Set(group.map(own));
  const present = yaml.documents.filter(document => document.root !== undefined);
  const kept = group.map(own).filter(document => document !== undefined);
  const order = present.filter(document => wanted.has(document));
  const isInOrder = kept.every((document, i) => document === order[i]);
  if (isInOrder && kept.length === group.length && (kept.length === present.length || !prunes))
    return yaml.toString();
  if (prunes) for (const document of present) if (!wanted.has(document)) yaml.remove(document);
  if (!isInOrder) for (const document of kept) yaml.remove(document);
  let after: YamlDocument | undefined;
  for (const item of group) {
    const document = own(item);
    if (document !== undefined && isInOrder) {
      after = document;
      continue;
    }
    const at = after === undefined ? 0 : yaml.documents.indexOf(after) + 1;
    after = yaml.insert(at, portable(item));
  }
  return yaml.toString();
}

/** A copy of the item's node that can be put into any file. */
function portable(item: Item): YamlNode {
  return item.node.clone();
}

export function newContent(path: string, group: readonly Item[]): string {
  const [only] = group;
  if (path.endsWith(".json") && group.length === 1 && only !== undefined) return toJson(only.node);
  return group.map(itemText).join("---\n");
}

/** One item as a document of its own. */
export function itemText(item: Item): string {
  const text = canonicalText(item.node, { indentSeq: item.seqindent });
  return text.endsWith("\n") ? text : `${text}\n`;
}
