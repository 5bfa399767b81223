import type { Resource } from "../core/resource.ts";
import { FunctionError, type ResourceList } from "../core/resource-list.ts";
import { type Field, type FieldSpec, FieldSpecError, fieldsAt, readFieldSpecs } from "./field-spec.ts";
import { consideringField, undecodable } from "./go-decoding.ts";
import { duplicateId } from "./unique-ids.ts";

/** How releases that were made around a transformer of kustomize fail: one error, printed too. */
export function transformerFailure(list: ResourceList, message: string): never {
  list.results.push({ message, severity: "error" });
  throw new FunctionError(message, `[error] : ${message}`);
}

/** Two items of one id end such a function. */
export function refuseDuplicates(list: ResourceList): void {
  const duplicate = duplicateId(list.items);
  if (duplicate === undefined) return;
  transformerFailure(
    list,
    `failed to run function: may not add resource with an already registered id: ${duplicate}`,
  );
}

/** The fields of a spec; a path that can't be followed ends the function. */
export function fieldsOrFail(list: ResourceList, spec: FieldSpec, item: Resource): Field[] {
  try {
    return fieldsAt(spec, item);
  } catch (thrown) {
    if (!(thrown instanceof FieldSpecError)) throw thrown;
    return transformerFailure(
      list,
      `failed to run function: failed to run transformer: ${consideringField(spec, item, thrown)}`,
    );
  }
}

/** The fields that a config of the function's own kind adds, under today's name or under the former one. */
export function additionalFields(
  list: ResourceList,
  config: Resource,
  texts: string,
  name: string,
): FieldSpec[] {
  const wrong = undecodable(config, texts, [name, "fieldSpecs"]);
  if (wrong !== undefined) transformerFailure(list, `failed to configure function: ${wrong}`);
  return readFieldSpecs(config.node, name) ?? readFieldSpecs(config.node, "fieldSpecs") ?? [];
}
