import type { Resource } from "../../core/resource.ts";
import { addResults, fileOf, type ResourceList, type Result, refOf } from "../../core/resource-list.ts";
import type { MapNode, PlainValue } from "../../core/yaml/node.ts";
import { newScalar, newSeq, stringify } from "../../core/yaml/print.ts";
import { childMap, childMaps, childText, ensureMap } from "../../sdk/nodes.ts";
import { walk } from "../../sdk/walk.ts";
import type { CatalogFunction } from "../catalog-function.ts";
import { readMutation, type Substitution } from "./comment.ts";

export const fn: CatalogFunction = { name: "annotate-apply-time-mutations", run };

const annotation = "config.kubernetes.io/apply-time-mutation";

function run(list: ResourceList): void {
  const targets = new Map<string, Substitution[]>();
  for (const [i, item] of list.items.entries()) {
    if (item.kind !== "ApplyTimeMutation" || item.apiVersion !== "fn.kpt.dev/v1alpha1") continue;
    const spec = childMap(item.node, "spec");
    targets.set(keyOfRef(childMap(spec, "targetRef")), childMaps(spec, "substitutions").map(substitutionOf));
    say(list, item, `Found valid ApplyTimeMutation object (item: ${i})`);
  }
  for (const [i, item] of list.items.entries()) {
    const substitutions = keysOf(item)
      .map(key => targets.get(key))
      .find(found => found !== undefined);
    if (substitutions !== undefined) write(list, item, i, substitutions);
  }
  for (const [i, item] of list.items.entries()) scan(list, item, i);
}

/** Reads the comments of an object, fills tokens into its fields and annotates it. */
function scan(list: ResourceList, item: Resource, i: number): void {
  const found: Substitution[] = [];
  const results: Result[] = [];
  try {
    walk(item.node, {
      scalar: (node, place) => {
        const { comment } = place;
        if (comment === undefined) return;
        const mutation = readMutation(comment, jsonPath(place.path), found.length);
        if (mutation === undefined) return;
        const current = node.text;
        if (mutation.text !== undefined) node.setValue(mutation.text);
        found.push(mutation.substitution);
        results.push({
          ...resultFor(list, item, `Found valid apply-time-mutation comment (item: ${i}): ${comment}`),
          field: { path: mutation.substitution.targetPath, currentValue: current },
        });
      },
    });
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    const result = resultFor(list, item, `Error scanning object (item: ${i}): ${thrown.message}`);
    list.results.push({ ...result, severity: "error" });
    return;
  }
  addResults(list, results);
  if (found.length > 0) write(list, item, i, found);
}

function write(list: ResourceList, item: Resource, i: number, substitutions: readonly Substitution[]): void {
  if (substitutions.length === 0) {
    const result = resultFor(list, item, `Error writing annotation (item: ${i}): mutation is empty`);
    list.results.push({ ...result, severity: "error" });
    return;
  }
  const text = stringify(newSeq(substitutions.map(sorted)), { indentSeq: "compact" });
  const metadata = ensureMap(item.node, "metadata");
  const annotations = metadata && ensureMap(metadata, "annotations");
  annotations?.set(annotation, newScalar(text, { style: "literal" }));
  say(list, item, `Wrote apply-time-mutation annotation (item: ${i})`);
}

/** Keys in alphabetical order, as the published function writes them. */
function sorted({ sourcePath, sourceRef, targetPath, token }: Substitution): PlainValue {
  const { apiVersion, group, kind, name, namespace } = sourceRef;
  return {
    sourcePath,
    sourceRef: {
      ...(apiVersion ? { apiVersion } : {}),
      ...(group ? { group } : {}),
      kind,
      name,
      ...(namespace === "" ? {} : { namespace }),
    },
    targetPath,
    ...(token ? { token } : {}),
  };
}

function substitutionOf(map: MapNode): Substitution {
  const ref = childMap(map, "sourceRef");
  const text = (from: MapNode | undefined, key: string): string => childText(from, key) ?? "";
  return {
    sourcePath: text(map, "sourcePath"),
    sourceRef: {
      apiVersion: text(ref, "apiVersion"),
      group: text(ref, "group"),
      kind: text(ref, "kind"),
      name: text(ref, "name"),
      namespace: text(ref, "namespace"),
    },
    targetPath: text(map, "targetPath"),
    token: text(map, "token"),
  };
}

function keyOfRef(ref: MapNode | undefined): string {
  return ["apiVersion", "group", "kind", "namespace", "name"].map(key => childText(ref, key) ?? "").join("|");
}

/** A target may be named with its version or by its group alone. */
function keysOf({ apiVersion, group, kind, namespace = "", name }: Resource): string[] {
  return [`${apiVersion}||${kind}|${namespace}|${name}`, `|${group}|${kind}|${namespace}|${name}`];
}

/** The path as JSONPath: `$.spec.a[0]`. */
function jsonPath(path: string): string {
  return `$.${path}`;
}

function resultFor(list: ResourceList, item: Resource, message: string): Result {
  const file = fileOf(list, item);
  return { message, severity: "info", resourceRef: refOf(item), ...(file === undefined ? {} : { file }) };
}

function say(list: ResourceList, item: Resource, message: string): void {
  list.results.push(resultFor(list, item, message));
}
