import { KptError } from "../core/error.ts";
import { MapNode, ScalarNode, type YamlNode } from "../core/yaml/node.ts";
import { cleanPath, staysInside, touchesGit } from "../host/inside.ts";
import type { Item } from "./item.ts";

/** What a resource lacks to be one, as messages name it: `` `apiVersion` ``; undefined when it lacks nothing. */
export function krmProblem(node: YamlNode | undefined): string | undefined {
  if (!(node instanceof MapNode)) return "`apiVersion`";
  const metadata = node.get("metadata");
  const fields = [
    node.get("apiVersion"),
    node.get("kind"),
    metadata instanceof MapNode ? metadata.get("name") : undefined,
  ];
  const unreadable =
    fields.some(field => field !== undefined && !(field instanceof ScalarNode)) ||
    (metadata !== undefined && !(metadata instanceof MapNode) && !isNull(metadata));
  if (unreadable) return "`apiVersion`, `kind`, and `name`";
  const missing = fields.findIndex(
    field => field === undefined || isNull(field) || field.kind !== "scalar" || field.text === "",
  );
  return missing < 0 ? undefined : ["`apiVersion`", "`kind`", "`metadata.name`"][missing];
}

function isNull(node: YamlNode): boolean {
  return node.kind === "scalar" && node.type === "null";
}

/** Files of kustomize are no resources of Kubernetes' and may lack what those must have. */
export function isKustomization(node: YamlNode | undefined, path: string): boolean {
  const file = path.slice(path.lastIndexOf("/") + 1);
  if (file === "kustomization.yaml" || file === "kustomization.yml" || file === "Kustomization") return true;
  if (!(node instanceof MapNode)) return false;
  const apiVersion = node.text("apiVersion") ?? "";
  return (
    apiVersion.startsWith("kustomize.config.k8s.io") ||
    (apiVersion === "" && node.text("kind") === "Kustomization")
  );
}

/** Throws for the first item that is no resource; `which` is `input` or `output`. */
export function checkKrm(items: readonly Item[], which: "input" | "output"): void {
  for (const item of items) {
    if (which === "input" && item.isSound) continue;
    const problem = krmProblem(item.node);
    if (problem === undefined || isKustomization(item.node, item.path ?? "")) continue;
    throw failure(
      `${which} resource list must contain only KRM resources: ${item.path ?? ""}: resource must have ${problem}`,
    );
  }
}

/** Throws for items that a function put where it may not, or two at one place. */
export function checkPlaces(items: readonly Item[]): void {
  // No two items are read from the same place, and none from a place where it may not be.
  if (items.every(item => item.isWhereRead) && new Set(items).size === items.length) return;
  const taken = new Set<string>();
  for (const item of items) {
    const path = item.path ?? "";
    if (!staysInside(path.replace(/^\/+/, ""))) {
      throw failure(`function must not modify resources outside of package: resource has path ${path}`);
    }
    const clean = cleanPath(path);
    if (touchesGit(clean)) throw failure(`function must not modify files of git: resource has path ${path}`);
    const place = `${item.packagePath}\0${clean}\0${item.index ?? ""}`;
    if (taken.has(place)) {
      throw failure(
        `resource at path ${JSON.stringify(clean)} and index ${JSON.stringify(item.index ?? "")} already exists`,
      );
    }
    taken.add(place);
  }
}

export function failure(message: string): KptError {
  return new KptError("FUNCTION_FAILED", message, { label: "Error" });
}
