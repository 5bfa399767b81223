import type { Json, JsonMap } from "../../core/json.ts";
import { cloneJson, compactJson, textAt } from "../../core/json.ts";
import type { ResourceId } from "../../core/resource-id.ts";
import { formatInventoryId, formatReference } from "../../core/resource-id.ts";
import { annotation, idOf, keyOf } from "./identity.ts";
import { findMatches, JsonPathError, type Match } from "./jsonpath.ts";
import { mutationAnnotation, parseMutation, type Substitution } from "./mutation.ts";

/** A substitution that can't be made; the object isn't sent. */
export class SubstitutionError extends Error {
  override readonly name = "SubstitutionError";
}

/** The live objects whose values an object takes. */
export function sourcesOf(object: JsonMap): ResourceId[] {
  const value = annotation(object, mutationAnnotation);
  return value === undefined ? [] : parseMutation(value, idOf(object)).map(one => one.source);
}

/** The object with the values of live ones filled in; the object itself stays as it is. */
export function substitute(object: JsonMap, sources: ReadonlyMap<string, JsonMap>): JsonMap {
  const value = annotation(object, mutationAnnotation);
  if (value === undefined) return object;
  const mutated = cloneJson(object);
  const id = idOf(object);
  for (const one of parseMutation(value, id)) {
    try {
      substituteOne(mutated, one, sources.get(keyOf(one.source)));
    } catch (thrown) {
      if (!(thrown instanceof SubstitutionError)) throw thrown;
      const where = JSON.stringify(formatInventoryId(id));
      throw new SubstitutionError(`failed to mutate ${where} with "ApplyTimeMutator": ${thrown.message}`);
    }
  }
  return mutated;
}

function substituteOne(target: JsonMap, one: Substitution, source: JsonMap | undefined): void {
  const sourceName = sourceReference(one);
  if (source === undefined) {
    throw new SubstitutionError(
      `failed to get source object (${sourceName}): object not found: ${sourceName}`,
    );
  }
  const apiVersion = textAt(target, "apiVersion") ?? "";
  const targetName = `${apiVersion}${formatReference({ ...idOf(target), group: "" })}`;
  const from = readField(source, one.sourcePath, `source object (${sourceName})`);
  const to = readField(target, one.targetPath, `target object (${targetName})`);
  if (one.token === undefined) {
    to.replace(cloneJson(from.value));
    return;
  }
  if (typeof to.value !== "string") {
    throw new SubstitutionError(
      `token is specified, but target field value is ${goType(to.value)}, expected string`,
    );
  }
  to.replace(to.value.replaceAll(one.token, () => plainText(from.value)));
}

function sourceReference({ source, sourceApiVersion }: Substitution): string {
  return sourceApiVersion === undefined
    ? formatReference(source)
    : `${sourceApiVersion}${formatReference({ ...source, group: "" })}`;
}

function readField(object: JsonMap, path: string, where: string): Match {
  let matches: Match[];
  try {
    matches = findMatches(object, path);
  } catch (thrown) {
    if (!(thrown instanceof JsonPathError)) throw thrown;
    throw new SubstitutionError(
      `failed to read field (${path}) from ${where}: failed to evaluate jsonpath expression (${path}): ${thrown.message}`,
    );
  }
  const [match] = matches;
  if (match === undefined || matches.length > 1) {
    // The closing bracket too many is the recorded text.
    throw new SubstitutionError(
      `failed to read field (${path}) from ${where}: expected 1 match, but found ${matches.length})`,
    );
  }
  return match;
}

function plainText(value: Json): string {
  return typeof value === "string" ? value : compactJson(value);
}

function goType(value: Json): string {
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float64";
  if (typeof value === "bigint") return "int";
  if (typeof value === "boolean") return "bool";
  if (value === null) return "<nil>";
  return Array.isArray(value) ? "[]interface {}" : "map[string]interface {}";
}
