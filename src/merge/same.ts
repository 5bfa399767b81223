import { Resource } from "../core/resource.ts";
import type { YamlNode } from "../core/yaml/node.ts";
import { canonicalText } from "../core/yaml/print.ts";
import { addMergeComment, upstreamIdentifier } from "../package/merge-comment.ts";

/** Annotations that kpt itself writes: they don't make a resource a changed one. */
const ownAnnotations = [
  upstreamIdentifier,
  "cnrm.cloud.google.com/blueprint",
  "config.kubernetes.io/path",
  "config.kubernetes.io/index",
  "internal.config.kubernetes.io/path",
  "internal.config.kubernetes.io/index",
];

/** Whether a local resource is as upstream had it. Comments and order count, layout and kpt's own marks do not. */
export function sameResource(origin: YamlNode | undefined, local: YamlNode | undefined): boolean {
  if (origin === undefined || local === undefined) return origin === local;
  return comparable(origin) === comparable(local);
}

function comparable(root: YamlNode): string {
  const copy = root.clone();
  if (copy.kind === "map") {
    const resource = new Resource(copy);
    addMergeComment(resource);
    for (const annotation of ownAnnotations) resource.annotations.delete(annotation);
  }
  return canonicalText(copy);
}
