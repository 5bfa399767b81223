import type { JsonMap } from "../../core/json.ts";
import { compareBytes, textAt } from "../../core/json.ts";
import { type LabelSelector, selectorOf } from "./selector.ts";
import { computeStatus, groupOf } from "./status.ts";
import type { StatusName } from "./verdict.ts";
import { StatusProblem } from "./verdict.ts";

/** The status of an object together with the objects that its controller made from it. */
export interface StatusTree {
  group: string;
  kind: string;
  namespace: string;
  name: string;
  status: StatusName;
  message: string;
  error?: string;
  object: JsonMap | undefined;
  generated: StatusTree[];
}

/**
 * Objects of a kind in a namespace, as far as the caller can see them; those without the labels may be left
 * out. May throw; that makes the status Unknown.
 */
export type FindOwned = (
  group: string,
  kind: string,
  namespace: string,
  labels: LabelSelector["labels"],
) => Iterable<JsonMap>;

const ownedKind: ReadonlyMap<string, { group: string; kind: string; failsWithPods: boolean }> = new Map([
  ["apps/Deployment", { group: "apps", kind: "ReplicaSet", failsWithPods: false }],
  ["extensions/Deployment", { group: "apps", kind: "ReplicaSet", failsWithPods: false }],
  ["apps/ReplicaSet", { group: "", kind: "Pod", failsWithPods: true }],
  ["extensions/ReplicaSet", { group: "", kind: "Pod", failsWithPods: true }],
  ["apps/StatefulSet", { group: "", kind: "Pod", failsWithPods: true }],
]);

export function ownsPods(group: string, kind: string): boolean {
  return ownedKind.has(`${group}/${kind}`);
}

/** Differs when anything that is shown of an object, or of what was made from it, does. */
export function fingerprint({ name, status, message, error = "", generated }: StatusTree): string {
  return [name, status, message, error, ...generated.map(fingerprint)].join("\n");
}

export function statusTree(object: JsonMap, find: FindOwned, now: Date): StatusTree {
  const group = groupOf(object);
  const kind = textAt(object, "kind") ?? "";
  const tree: StatusTree = {
    group,
    kind,
    namespace: textAt(object, "metadata", "namespace") ?? "",
    name: textAt(object, "metadata", "name") ?? "",
    status: "Unknown",
    message: "",
    object,
    generated: [],
  };
  try {
    const owned = ownedKind.get(`${group}/${kind}`);
    if (owned !== undefined) tree.generated = generatedBy(object, owned, tree.namespace, find, now);
    const own = computeStatus(object, now);
    tree.status = own.status;
    tree.message = own.message;
    if (owned?.failsWithPods && own.status === "InProgress") {
      const failures = tree.generated.filter(pod => pod.status === "Failed").length;
      if (failures > 0) {
        tree.status = "Failed";
        tree.message = `${failures} pods have failed`;
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof StatusProblem)) throw thrown;
    tree.error = thrown.message;
    tree.generated = [];
  }
  return tree;
}

function generatedBy(
  object: JsonMap,
  owned: { group: string; kind: string },
  namespace: string,
  find: FindOwned,
  now: Date,
): StatusTree[] {
  const selector = selectorOf(object);
  if (selector === undefined) throw new StatusProblem("no selector found");
  const found: StatusTree[] = [];
  for (const candidate of find(owned.group, owned.kind, namespace, selector.labels)) {
    const inside = (textAt(candidate, "metadata", "namespace") ?? "") === namespace;
    if (inside && selector.matches(candidate)) found.push(statusTree(candidate, find, now));
  }
  return found.sort((a, b) => compareBytes(a.name, b.name));
}

export function absentTree(id: { group: string; kind: string; namespace: string; name: string }): StatusTree {
  return { ...pick(id), status: "NotFound", message: "Resource not found", object: undefined, generated: [] };
}

export function unknownTree(
  id: { group: string; kind: string; namespace: string; name: string },
  error?: string,
): StatusTree {
  const tree: StatusTree = {
    ...pick(id),
    status: "Unknown",
    message: "",
    object: undefined,
    generated: [],
  };
  if (error !== undefined) tree.error = error;
  return tree;
}

function pick(id: { group: string; kind: string; namespace: string; name: string }) {
  return { group: id.group, kind: id.kind, namespace: id.namespace, name: id.name };
}

export function anyPodUnschedulable(tree: StatusTree): boolean {
  return tree.generated.some(
    child =>
      anyPodUnschedulable(child) || (child.kind === "Pod" && child.message === "Pod has not been scheduled"),
  );
}
