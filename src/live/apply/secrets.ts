import type { Json, JsonMap } from "../../core/json.ts";
import { cloneJson, mapAt, textAt } from "../../core/json.ts";
import { cleanText } from "../../kube/clean-text.ts";

export const mask = "***";

export function isSecret(object: JsonMap): boolean {
  return textAt(object, "kind") === "Secret" && textAt(object, "apiVersion") === "v1";
}

/** The object with the values of a Secret left out, for anything that is shown. */
export function maskSecret(object: JsonMap): JsonMap {
  if (!isSecret(object)) return object;
  const shown = cloneJson(object);
  for (const field of ["data", "stringData"]) {
    const values = mapAt(shown, field);
    if (values === undefined && Object.hasOwn(shown, field)) shown[field] = mask;
    for (const key of Object.keys(values ?? {})) if (values !== undefined) values[key] = mask;
  }
  const annotations = mapAt(shown, "metadata", "annotations");
  const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";
  if (annotations !== undefined && Object.hasOwn(annotations, lastApplied)) annotations[lastApplied] = mask;
  return shown;
}

/** A server's text about a Secret, without any value of it, plain or encoded. */
export function maskValues(text: string, ...objects: readonly (JsonMap | undefined)[]): string {
  const values = new Set<string>();
  for (const object of objects) {
    if (object === undefined || !isSecret(object)) continue;
    collect(object["data"] ?? null, true, values);
    collect(object["stringData"] ?? null, false, values);
  }
  let shown = text;
  // Longer ones first: a short value may be part of a long one.
  for (const value of [...values].sort((a, b) => b.length - a.length)) {
    shown = shown.replaceAll(value, mask);
  }
  return shown;
}

/** Shorter lines of a longer value are no secret by themselves, and would mask half the sentence. */
const shortestLine = 8;

function collect(value: Json, isEncoded: boolean, values: Set<string>): void {
  if (value === null) return;
  if (typeof value === "object") {
    for (const inner of Object.values(value)) collect(inner, isEncoded, values);
    return;
  }
  const text = String(value);
  const plain = isEncoded ? Buffer.from(text, "base64").toString("utf8") : text;
  const lines = plain.split("\n").filter(line => line.trim().length >= shortestLine);
  const encoded = isEncoded ? text : Buffer.from(text).toString("base64");
  for (const form of [encoded, plain, plain.trim(), ...lines]) {
    for (const spelled of [form, cleanText(form), JSON.stringify(form).slice(1, -1)]) {
      if (spelled.trim().length > 0) values.add(spelled);
    }
  }
}
