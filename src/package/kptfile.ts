import { isUtf8 } from "node:buffer";
import { join } from "node:path";
import { KptError } from "../core/error.ts";
import { Resource } from "../core/resource.ts";
import type { YamlFile } from "../core/yaml/file.ts";
import type { MapNode, PlainValue, YamlNode } from "../core/yaml/node.ts";
import { parseYaml } from "../core/yaml/parse.ts";
import { errnoOf, reasonOf } from "../host/io-error.ts";
import { kptfileName, PackageFolder } from "./folder.ts";
import { setInOrder } from "./kptfile-edit.ts";
import { mapIn, mapsIn, resolved, textAt, textMapIn, texts } from "./kptfile-nodes.ts";
import { kptfileShape, schemaProblems } from "./kptfile-schema.ts";

export const updateStrategies = [
  "resource-merge",
  "fast-forward",
  "force-delete-replace",
  "copy-merge",
] as const;
export type UpdateStrategy = (typeof updateStrategies)[number];

export interface GitUpstream {
  repo: string;
  /** Below the root of the repository, which is `/`. */
  directory: string;
  ref: string;
}

export interface GitLock extends GitUpstream {
  commit: string;
}

export interface Upstream {
  type: string;
  git?: GitUpstream;
  /** As written; may be empty or unknown. */
  updateStrategy?: string;
}

export interface UpstreamLock {
  type: string;
  git?: GitLock;
}

/** A function of the pipeline as declared. */
export interface PipelineFunction {
  image?: string;
  exec?: string;
  configPath?: string;
  /** In the order of the file. */
  configMap?: ReadonlyMap<string, string>;
  name?: string;
  tag?: string;
  selectors: Selector[];
  exclude: Selector[];
  /** Where it stands, for messages: `pipeline.mutators[0]`. */
  field: string;
  node: MapNode;
}

export interface Selector {
  apiVersion?: string;
  kind?: string;
  name?: string;
  namespace?: string;
  labels?: ReadonlyMap<string, string>;
  annotations?: ReadonlyMap<string, string>;
}

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

export type PipelineList = "mutators" | "validators";

/** A Kptfile: typed reading of its YAML, and edits that touch only what they change. */
export class Kptfile {
  /** The folder (or remote address) as messages show it. */
  readonly shown: string;
  readonly file: YamlFile;
  readonly root: MapNode;

  constructor(shown: string, file: YamlFile, root: MapNode) {
    this.shown = shown;
    this.file = file;
    this.root = root;
  }

  /** The same object as a resource: labels, annotations, namespace. */
  get resource(): Resource {
    return new Resource(this.root);
  }

  get name(): string {
    return textAt(this.root, "metadata", "name") ?? "";
  }

  set name(name: string) {
    setInOrder(this.mapAt("metadata"), "name", name, shapeOf("metadata"));
  }

  get upstream(): Upstream | undefined {
    const map = mapIn(this.root, "upstream");
    if (!map) return undefined;
    const git = mapIn(map, "git");
    const updateStrategy = textAt(map, "updateStrategy");
    return {
      type: textAt(map, "type") ?? "",
      ...(git ? { git: gitOf(git) } : {}),
      ...(updateStrategy === undefined ? {} : { updateStrategy }),
    };
  }

  set upstream(upstream: Upstream | undefined) {
    const { type, git, updateStrategy } = upstream ?? { type: "" };
    this.#replace("upstream", upstream && { type, git: git && plainGit(git), updateStrategy });
  }

  get upstreamLock(): UpstreamLock | undefined {
    const map = mapIn(this.root, "upstreamLock");
    if (!map) return undefined;
    const git = mapIn(map, "git");
    const commit = (git && textAt(git, "commit")) ?? "";
    return { type: textAt(map, "type") ?? "", ...(git ? { git: { ...gitOf(git), commit } } : {}) };
  }

  set upstreamLock(lock: UpstreamLock | undefined) {
    this.#replace(
      "upstreamLock",
      lock && { type: lock.type, git: lock.git && { ...plainGit(lock.git), commit: lock.git.commit } },
    );
  }

  /** Functions of one list, in order. */
  functions(list: PipelineList): PipelineFunction[] {
    const pipeline = mapIn(this.root, "pipeline");
    return mapsIn(pipeline, list).map((node, index) => functionOf(node, `pipeline.${list}[${index}]`));
  }

  /** Appends a function to the pipeline, fields in the order given. */
  addFunction(list: PipelineList, fn: { [key: string]: PlainValue }): void {
    const pipeline = this.mapAt("pipeline");
    const functions = resolved(pipeline.get(list));
    if (functions?.kind === "seq") functions.push(fn);
    else setInOrder(pipeline, list, [fn], shapeOf("pipeline"));
  }

  get conditions(): Condition[] {
    return mapsIn(mapIn(this.root, "status"), "conditions").map(map => {
      const reason = textAt(map, "reason");
      const message = textAt(map, "message");
      return {
        type: textAt(map, "type") ?? "",
        status: textAt(map, "status") ?? "",
        ...(reason === undefined ? {} : { reason }),
        ...(message === undefined ? {} : { message }),
      };
    });
  }

  /** Puts a condition last, in place of those of the same type. */
  setCondition({ type, status, reason, message }: Condition): void {
    this.removeCondition(type);
    const value = compact({ type, status, reason, message });
    const map = this.mapAt("status");
    const conditions = resolved(map.get("conditions"));
    if (conditions?.kind === "seq" && conditions.items.length > 0) conditions.push(value);
    else setInOrder(map, "conditions", [value], shapeOf("status"));
  }

  removeCondition(type: string): void {
    const status = mapIn(this.root, "status");
    const conditions = resolved(status?.get("conditions"));
    if (!status || conditions?.kind !== "seq") return;
    for (let index = conditions.items.length - 1; index >= 0; index--) {
      const item = resolved(conditions.get(index));
      if (item?.kind === "map" && item.text("type") === type) conditions.remove(index);
    }
    if (conditions.items.length === 0) status.delete("conditions");
    if (status.size === 0) this.root.delete("status");
  }

  /** Replaces `status.renderStatus`; undefined removes it. */
  setRenderStatus(value: { [key: string]: PlainValue } | undefined): void {
    if (value === undefined) {
      const status = mapIn(this.root, "status");
      status?.delete("renderStatus");
      if (status?.size === 0) this.root.delete("status");
      return;
    }
    setInOrder(this.mapAt("status"), "renderStatus", value, shapeOf("status"));
  }

  /** A map at the top level, made where it is missing. */
  mapAt(field: string): MapNode {
    const found = mapIn(this.root, field);
    if (found) return found;
    const made = setInOrder(this.root, field, {}, Object.keys(kptfileShape.fields));
    if (made.kind !== "map") throw new TypeError(`${field} is not a map`);
    return made;
  }

  toString(): string {
    return this.file.toString();
  }

  /** Sets a section to exactly these fields; comments on fields that stay are kept. */
  #replace(field: string, value: { [key: string]: PlainValue | undefined } | undefined): void {
    if (value === undefined) {
      this.root.delete(field);
      return;
    }
    const plain = compact(value);
    const present = mapIn(this.root, field);
    if (present) replaceFields(present, plain);
    else setInOrder(this.root, field, plain, Object.keys(kptfileShape.fields));
  }
}

function replaceFields(map: MapNode, value: { [key: string]: PlainValue }): void {
  for (const key of map.keys()) if (!Object.hasOwn(value, key)) map.delete(key);
  for (const [key, wanted] of Object.entries(value)) {
    const present = resolved(map.get(key));
    if (present?.kind === "map" && isPlainMap(wanted)) replaceFields(present, wanted);
    else if (present?.kind !== "scalar" || present.text !== wanted)
      setInOrder(map, key, wanted, Object.keys(value));
  }
}

/** The same for one that was fetched, whose errors say once more where it is from. */
export function parseFetchedKptfile(source: string | Uint8Array, shown: string): Kptfile {
  try {
    return parseKptfile(source, shown);
  } catch (error) {
    if (!(error instanceof KptError) || error.code !== "KPTFILE_INVALID") throw error;
    const { label, place, cause } = error;
    const message = error.message.replace(
      /(?<=\nDetails:\n)/,
      () => `error reading Kptfile from "${shown}": `,
    );
    throw new KptError(error.code, message, { label, ...(place ? { place } : {}), cause });
  }
}

/** Reads a Kptfile's text. `shown` names its folder in messages. Throws the texts of spec pkg 1.3. */
export function parseKptfile(source: string | Uint8Array, shown: string): Kptfile {
  let file: YamlFile;
  try {
    file = parseYaml(decode(source, shown), { indentSeq: "wide" });
  } catch (error) {
    if (!(error instanceof KptError) || error.code === "KPTFILE_INVALID") throw error;
    throw unreadable(shown, error.message.replace(/^(?!yaml: )/, "yaml: "), error);
  }
  const root = onlyRoot(file, shown);
  if (root === undefined) throw unreadable(shown, "EOF");
  if (root.kind !== "map") throw unreadable(shown, "a Kptfile must be a map");
  checkVersion(root, shown);
  const problems = schemaProblems(root);
  if (problems.length > 0) {
    throw unreadable(shown, ["yaml: unmarshal errors:", ...problems.map(line => `  ${line}`)].join("\n"));
  }
  return new Kptfile(shown, file, root);
}

/** What a Kptfile holds, if anything. A second document would be lost on somebody, so it is refused. */
export function onlyRoot(file: YamlFile, shown: string): YamlNode | undefined {
  const roots = file.documents.flatMap(({ root }) => (root === undefined ? [] : [root]));
  if (roots.length <= 1) return roots[0];
  throw unreadable(shown, `a Kptfile must hold one document, this one holds ${roots.length}`);
}

/** Reads `DIRECTORY/Kptfile`. A link, a pipe or a folder in its place is refused, not opened. */
export function readKptfile(directory: string, shown = directory): Kptfile {
  const path = join(directory, kptfileName);
  let bytes: Buffer;
  try {
    bytes = PackageFolder.open(directory).readOwn(kptfileName).content;
  } catch (thrown) {
    const error = thrown instanceof KptError && thrown.cause !== undefined ? thrown.cause : thrown;
    // Without a cause it was opened, and found to be a folder or a pipe.
    if (error instanceof KptError || errnoOf(error) === "ELOOP") {
      throw unreadable(shown, `${join(shown, kptfileName)} is not a regular file`);
    }
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") {
      throw new KptError("KPTFILE_MISSING", `No Kptfile found at "${shown}".`, {
        label: "Error",
        place: { file: path },
        cause: error,
      });
    }
    throw unreadable(shown, `open ${path}: ${reasonOf(error)}`, error);
  }
  return parseKptfile(bytes, shown);
}

/** A Kptfile that holds nothing but its name. */
export function newKptfile(name: string, shown: string): Kptfile {
  const kptfile = parseKptfile("apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: x\n", shown);
  kptfile.name = name;
  return kptfile;
}

function decode(source: string | Uint8Array, shown: string): string {
  if (typeof source === "string") return source;
  if (!isUtf8(source)) throw unreadable(shown, "yaml: invalid UTF-8");
  return Buffer.from(source).toString("utf8");
}

function checkVersion(root: MapNode, shown: string): void {
  const apiVersion = textAt(root, "apiVersion") ?? "";
  const kind = textAt(root, "kind") ?? "";
  const [group = "", version = ""] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const old = (advice: string): KptError =>
    new KptError(
      "KPTFILE_OLD_VERSION",
      `Kptfile at "${shown}" has an old version ("${version}") of the Kptfile schema.\n${advice}`,
      { label: "Error" },
    );
  if (group === "kpt.dev" && kind === "Kptfile") {
    if (version === "v1") return;
    if (version === "v1alpha1") {
      throw old(
        "Please update the package to the latest format by following https://kpt.dev/installation/migration.",
      );
    }
    if (version === "v1alpha2") {
      throw old(
        'Please run "kpt fn eval <PKG_PATH> -i ghcr.io/kptdev/krm-functions-catalog/fix:latest ' +
          '--include-meta-resources" to upgrade the package and retry.',
      );
    }
  }
  throw new KptError(
    "KPTFILE_INVALID",
    `Kptfile at "${shown}" has an unknown resource type ("${group}/${version}, Kind=${kind}").`,
    { label: "Error" },
  );
}

function unreadable(shown: string, details: string, cause?: unknown): KptError {
  return new KptError("KPTFILE_INVALID", `Kptfile at "${shown}" can't be read.\n\nDetails:\n${details}`, {
    label: "Error",
    place: { file: shown },
    cause,
  });
}

function gitOf(map: MapNode): GitUpstream {
  return {
    repo: textAt(map, "repo") ?? "",
    directory: textAt(map, "directory") ?? "",
    ref: textAt(map, "ref") ?? "",
  };
}

function plainGit({ repo, directory, ref }: GitUpstream): { [key: string]: PlainValue } {
  return { repo, directory, ref };
}

function functionOf(node: MapNode, field: string): PipelineFunction {
  const configMap = textMapIn(node, "configMap");
  return {
    ...texts(node, ["image", "exec", "configPath", "name", "tag"]),
    ...(configMap ? { configMap } : {}),
    selectors: mapsIn(node, "selectors").map(selectorOf),
    exclude: mapsIn(node, "exclude").map(selectorOf),
    field,
    node,
  };
}

function selectorOf(node: MapNode): Selector {
  const labels = textMapIn(node, "labels");
  const annotations = textMapIn(node, "annotations");
  return {
    ...texts(node, ["apiVersion", "kind", "name", "namespace"]),
    ...(labels ? { labels } : {}),
    ...(annotations ? { annotations } : {}),
  };
}

function compact(value: { [key: string]: PlainValue | undefined }): { [key: string]: PlainValue } {
  const result: { [key: string]: PlainValue } = {};
  for (const [key, each] of Object.entries(value)) if (each !== undefined) result[key] = each;
  return result;
}

function isPlainMap(value: PlainValue): value is { [key: string]: PlainValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Map);
}

function shapeOf(field: string): readonly string[] {
  const shape = kptfileShape.fields[field];
  return shape?.is === "object" ? Object.keys(shape.fields) : [];
}
