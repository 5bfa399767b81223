import type { Json, JsonMap } from "../../core/json.ts";
import { isMap, mapAt, textAt } from "../../core/json.ts";
import type { ResourceId } from "../../core/resource-id.ts";
import { parseYaml } from "../../core/yaml/parse.ts";
import { splitApiVersion } from "./identity.ts";

export const mutationAnnotation = "config.kubernetes.io/apply-time-mutation";

/** One value to copy from a live object into an object that is about to be applied. */
export interface Substitution {
  source: ResourceId;
  /** As the annotation gives it, for messages: a reference with an apiVersion keeps it. */
  sourceApiVersion: string | undefined;
  sourcePath: string;
  targetPath: string;
  token: string | undefined;
}

/** Reads an apply-time-mutation annotation. A source without a namespace is in the target's own. */
export function parseMutation(value: string, target: ResourceId): Substitution[] {
  const list = toJson(value);
  if (list === null) return [];
  if (!Array.isArray(list)) {
    throw new Error(
      `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(list)} into Go value of type mutation.ApplyTimeMutation`,
    );
  }
  return list.map(item => {
    if (!isMap(item)) {
      throw new Error(
        `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(item)} into Go value of type mutation.FieldSubstitution`,
      );
    }
    return substitution(item, target);
  });
}

function substitution(item: JsonMap, target: ResourceId): Substitution {
  const reference = mapAt(item, "sourceRef") ?? {};
  const apiVersion = textAt(reference, "apiVersion") ?? "";
  const namespace = textAt(reference, "namespace") ?? "";
  return {
    source: {
      group: apiVersion === "" ? (textAt(reference, "group") ?? "") : splitApiVersion(apiVersion).group,
      kind: textAt(reference, "kind") ?? "",
      namespace: namespace === "" ? target.namespace : namespace,
      name: textAt(reference, "name") ?? "",
    },
    sourceApiVersion: apiVersion === "" ? undefined : apiVersion,
    sourcePath: textAt(item, "sourcePath") ?? "",
    targetPath: textAt(item, "targetPath") ?? "",
    token: textAt(item, "token") || undefined,
  };
}

function toJson(text: string): Json {
  const root = parseYaml(text).documents[0]?.root;
  return root === undefined ? null : (root.toJS() as Json);
}

function jsonKind(value: Json): string {
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number" || typeof value === "bigint") return "number";
  return Array.isArray(value) ? "array" : "object";
}
