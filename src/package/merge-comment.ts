import type { Resource } from "../core/resource.ts";
import type { MapNode } from "../core/yaml/node.ts";
import { newScalar } from "../core/yaml/print.ts";
import { type Insertion, quickMark } from "./quick-mark.ts";

const prefix = "kpt-merge:";
const blueprintKey = "cnrm.cloud.google.com/blueprint";
export const upstreamIdentifier = "internal.kpt.dev/upstream-identifier";

/** Name and namespace under which upstream knows a resource, whatever it is called locally. */
export interface MergeIdentity {
  namespace: string;
  name: string;
}

/** What the comment `# kpt-merge: NAMESPACE/NAME` on the line of `metadata` says; undefined without one. */
export function readMergeComment(resource: Resource): MergeIdentity | undefined {
  return parseComment(resource.node.entry("metadata")?.keyComment);
}

function parseComment(comment: string | undefined): MergeIdentity | undefined {
  const text = comment?.replace(/^#\s*/, "");
  if (!text?.startsWith(prefix)) return undefined;
  const name = text.slice(prefix.length).trim();
  const slash = name.indexOf("/");
  return slash < 0 ? undefined : { namespace: name.slice(0, slash), name: name.slice(slash + 1) };
}

/**
 * Marks a resource with its upstream name: by the comment on the line of `metadata`, and by the annotation that is
 * to replace the comment one day. A remark that stands on that line moves above it. Resources that have been marked
 * keep their mark. Returns whether anything changed.
 */
export function addMergeComment(resource: Resource): boolean {
  const entry = resource.node.entry("metadata");
  const metadata = entry?.value;
  if (entry === undefined || metadata?.kind !== "map" || !takesMark(resource)) return false;
  const { name, namespace = "" } = resource;
  const remark = entry.keyComment;
  const isMarked = remark?.includes(prefix) === true;
  if (!metadata.flow && !isMarked) {
    entry.keyComment = `# ${prefix} ${namespace}/${name}`;
    if (remark) entry.headComment = entry.headComment ? `${entry.headComment}\n${remark}` : remark;
  }
  const known = (isMarked ? parseComment(remark) : undefined) ?? { namespace, name };
  return (
    annotate(metadata, upstreamIdentifier, identifierOf(resource, known)) || (!metadata.flow && !isMarked)
  );
}

/**
 * What `addMergeComment` would change, as text to insert, for a resource in the usual layout: that spares editing the
 * nodes and printing the file. Undefined where it has to be done by editing.
 */
export function mergeCommentInsertions(resource: Resource, text: string): Insertion[] | undefined {
  if (!takesMark(resource)) return [];
  const { name, namespace = "" } = resource;
  return quickMark(resource, text, `# ${prefix} ${namespace}/${name}`, {
    key: upstreamIdentifier,
    value: identifierOf(resource, { namespace, name }),
  });
}

function takesMark(resource: Resource): boolean {
  const { kind, name, namespace = "" } = resource;
  if (kind === "" || (name === "" && namespace === "" && resource.labels.size === 0)) return false;
  // A name with a line feed can't stand in a comment.
  return !/[\u0000-\u001f\u007f]/.test(name + namespace);
}

function identifierOf({ group, kind }: Resource, { namespace, name }: MergeIdentity): string {
  return [group, kind, namespace || "default", name].join("|");
}

/** Blueprint attribution of Config Connector resources: which tools had their hands on them. */
export function addBlueprint(resource: Resource): boolean {
  const metadata = resource.node.get("metadata");
  if (metadata?.kind !== "map" || !resource.apiVersion.includes(".cnrm.")) return false;
  return annotate(metadata, blueprintKey, blueprint(resource.annotations.get(blueprintKey) ?? ""));
}

/**
 * Gives another version of a resource the attribution that the local one has, so that what kpt itself wrote there
 * doesn't look like a change.
 */
export function shareBlueprint(local: Resource, other: Resource): void {
  const tools = local.annotations.get(blueprintKey)?.split(",").find(isTools);
  const metadata = other.node.get("metadata");
  if (tools === undefined || metadata?.kind !== "map") return;
  const parts = other.annotations.get(blueprintKey)?.split(",") ?? [];
  const at = parts.findIndex(isTools);
  if (at < 0) parts.push(tools);
  else parts[at] = tools;
  annotate(metadata, blueprintKey, parts.join(","));
}

function isTools(part: string): boolean {
  return part.includes("krm-");
}

function blueprint(present: string): string {
  if (present === "") return "krm-pkg";
  const parts = present.split(",");
  const at = parts.findIndex(isTools);
  if (at < 0) return `${present},krm-pkg`;
  const tools = new Set(parts[at]?.split("-"));
  parts[at] = ["krm-pkg", ...["fn", "live"].filter(tool => tools.has(tool))].join("-");
  return parts.join(",");
}

/** Sets an annotation in single quotes, at the end of the map where it is new. */
function annotate(metadata: MapNode, key: string, value: string): boolean {
  let annotations = metadata.get("annotations");
  // What an alias elsewhere repeats would change there as well.
  if (annotations?.kind === "alias" || annotations?.anchor || metadata.anchor) return false;
  if (annotations?.kind !== "map") annotations = metadata.set("annotations", {}).value;
  if (annotations.kind !== "map" || annotations.text(key) === value) return false;
  annotations.set(key, newScalar(value, { style: "single" }));
  return true;
}
