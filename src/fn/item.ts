import { Resource } from "../core/resource.ts";
import type { YamlDocument } from "../core/yaml/file.ts";
import { MapNode, type YamlNode } from "../core/yaml/node.ts";
import type { PackageFile, PackageTree } from "../package/read.ts";
import { names, travelling } from "./annotations.ts";
import { isKustomization, krmProblem } from "./checks.ts";
import { isTemplate } from "./foreign.ts";

/** Where an item stands on disk. */
export interface Origin {
  file: PackageFile;
  document: YamlDocument;
}

/** Where an item was read: all that it carries until somebody moves it. */
export interface ReadPlace {
  path: string;
  index: string;
  owner: string | undefined;
}

/**
 * A resource on its way through a pipeline. What kpt must know about it (path, index, owner) is kept beside the node and
 * only written into it where it leaves the process, so that nobody's text is touched by travelling.
 */
export class Item {
  readonly node: YamlNode;
  readonly resource: Resource | undefined;
  readonly origin: Origin | undefined;
  /** Why functions don't get to see this document; undefined for resources. */
  readonly foreign: string | undefined;
  /** Whether it is known to have what every resource must have. */
  readonly isSound: boolean;
  readonly #place: ReadPlace | undefined;
  #carried: ReadonlyMap<string, string> | undefined;

  constructor(
    node: YamlNode,
    carried: ReadonlyMap<string, string> | ReadPlace,
    facts: {
      resource?: Resource | undefined;
      origin?: Origin | undefined;
      foreign?: string | undefined;
      isSound?: boolean;
    } = {},
  ) {
    this.node = node;
    this.resource = facts.resource ?? (node instanceof MapNode ? new Resource(node) : undefined);
    this.origin = facts.origin;
    this.foreign = facts.foreign;
    this.isSound = facts.isSound ?? false;
    this.#place = "path" in carried ? carried : undefined;
    this.#carried = "path" in carried ? undefined : carried;
  }

  /** kpt's own annotations in the order in which they are written on the wire. */
  get carried(): ReadonlyMap<string, string> {
    this.#carried ??= this.#place === undefined ? new Map() : carriedFrom(this.#place);
    return this.#carried;
  }

  /** Whether nobody has moved it since it was read from its file. */
  get isWhereRead(): boolean {
    return this.#place !== undefined;
  }

  get path(): string | undefined {
    return this.#place?.path ?? this.carried.get(names.path) ?? this.carried.get(names.legacyPath);
  }

  get index(): string | undefined {
    return this.#place?.index ?? this.carried.get(names.index) ?? this.carried.get(names.legacyIndex);
  }

  /** How lists of the file are indented, as it was carried or as it is seen in the file. */
  get seqindent(): "wide" | "compact" {
    const carried = this.#place === undefined ? this.carried.get(names.seqindent) : undefined;
    if (carried !== undefined || this.origin === undefined) return carried === "wide" ? "wide" : "compact";
    const { start, end } = this.node;
    return sequenceIndent(this.origin.file.text.slice(Math.max(start, 0), Math.max(end, 0)));
  }

  get packagePath(): string {
    return (this.#place === undefined ? this.carried.get(names.packagePath) : this.#place.owner) ?? "";
  }

  /** The same resource, carried elsewhere. */
  carry(carried: ReadonlyMap<string, string> | ReadPlace): Item {
    return new Item(this.node, carried, this);
  }
}

/** The items of one package's own files, in the order of the walk. `owner` is put on them where it is given. */
export function itemsOf(files: readonly PackageFile[], base: string, owner?: string): Item[] {
  return files.flatMap(file => (isTemplate(file) ? [] : itemsOfFile(file, base, owner)));
}

function itemsOfFile(file: PackageFile, base: string, owner: string | undefined): Item[] {
  const path = base === "" ? file.path : file.path.slice(base.length + 1);
  const items: Item[] = [];
  for (const document of file.yaml.documents) {
    const node = document.root;
    if (node === undefined) continue;
    const place = { path, index: String(items.length), owner };
    if (node instanceof MapNode) takeTravelling(node);
    const foreign = foreignReason(node, path);
    items.push(
      new Item(node, place, { origin: { file, document }, foreign, isSound: foreign === undefined }),
    );
  }
  return items;
}

export function itemsOfPackage(tree: PackageTree, owner?: string): Item[] {
  return itemsOf(tree.files, tree.path, owner);
}

function carriedFrom({ path, index, owner }: ReadPlace): Map<string, string> {
  const carried = new Map<string, string>([
    [names.legacyIndex, index],
    [names.legacyPath, path],
    [names.index, index],
  ]);
  if (owner !== undefined) carried.set(names.packagePath, owner);
  carried.set(names.path, path);
  return carried;
}

/** Lists without a name, `generateName`, Helm values and the like stay as they are; functions would choke on them. */
function foreignReason(node: YamlNode, path: string): string | undefined {
  const problem = krmProblem(node);
  return problem === undefined || isKustomization(node, path) ? undefined : `resource must have ${problem}`;
}

/** Takes kpt's own annotations out of a resource and returns them in their order. */
export function takeTravelling(node: MapNode): Map<string, string> {
  const taken = new Map<string, string>();
  const metadata = node.get("metadata");
  const annotations = metadata instanceof MapNode ? metadata.get("annotations") : undefined;
  if (!(metadata instanceof MapNode) || !(annotations instanceof MapNode)) return taken;
  for (const { keyText } of [...annotations.entries]) {
    if (!travelling.has(keyText)) continue;
    taken.set(keyText, annotations.text(keyText) ?? "");
    annotations.delete(keyText);
  }
  if (taken.size === 0 || annotations.size > 0) return taken;
  metadata.delete("annotations");
  if (metadata.size === 0) node.delete("metadata");
  return taken;
}

/**
 * Whether sequences stand below their key or two columns further in: kpt's rule is the first sequence of the document
 * whose key stands alone on the line before.
 */
export function sequenceIndent(text: string): "wide" | "compact" {
  let key = -1;
  for (const line of text.split("\n")) {
    const trimmed = line.trimStart();
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    const column = line.length - trimmed.length;
    if (key >= 0 && trimmed.startsWith("- ")) {
      if (column === key) return "compact";
      if (column === key + 2) return "wide";
    }
    key = /^[^#]*:\s*$/.test(trimmed) && !trimmed.startsWith("- ") ? column : -1;
  }
  return "compact";
}
