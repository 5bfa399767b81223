import type { Resource } from "../core/resource.ts";
import { MapNode, ScalarNode, SeqNode } from "../core/yaml/node.ts";
import { stringify } from "../core/yaml/print.ts";
import type { FieldSpec, FieldSpecError } from "./field-spec.ts";
import { follow, isNull } from "./nodes.ts";
import { quote } from "./quote.ts";

/**
 * What the older functions' decoder says of a config of their own kind that it can't read: the field of texts, or
 * those of field specs, are of other types. Undefined where all is well: scalars of any kind are taken for texts.
 */
export function undecodable(
  config: Resource,
  field: string,
  specFields: readonly string[],
): string | undefined {
  const wrong = (kind: string, name: string, type: string) =>
    `failed to unmarshal config ${quote(stringify(config.node.clone(), { indentSeq: "compact" }))}: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into Go struct field plugin.${name} of type ${type}`;
  const texts = follow(config.node.get(field));
  if (texts instanceof SeqNode) return wrong("array", field, "map[string]string");
  if (texts instanceof ScalarNode && !isNull(texts))
    return wrong(jsonKind(texts), field, "map[string]string");
  for (const name of specFields) {
    const specs = follow(config.node.get(name));
    if (specs === undefined || specs instanceof SeqNode || isNull(specs)) continue;
    return wrong(specs instanceof ScalarNode ? jsonKind(specs) : "object", name, "[]types.FieldSpec");
  }
  for (const { value } of texts instanceof MapNode ? texts.entries : []) {
    const found = follow(value);
    if (found instanceof SeqNode) return wrong("array", field, "string");
    if (found instanceof MapNode) return wrong("object", field, "string");
  }
  return undefined;
}

function jsonKind(scalar: ScalarNode): string {
  return scalar.type === "string" || scalar.type === "bool" ? scalar.type : "number";
}

/** That a path can't be followed, as kustomize says it: with the whole object. */
export function consideringField(spec: FieldSpec, item: Resource, error: FieldSpecError): string {
  const object = stringify(item.node.clone(), { indentSeq: "compact" });
  return `considering field '${spec.path}' of object\n${object}: ${error.message}`;
}
