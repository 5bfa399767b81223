import { isMap, type JsonMap, mapAt, textAt } from "../../core/json.ts";
import { bareMap, childMap, metadataOf } from "../kube-object.ts";

const annotation = "kubectl.kubernetes.io/last-applied-configuration";

/** What kubectl sent with its last client-side apply, if that can be read. */
export function lastAppliedOf(object: JsonMap): JsonMap | undefined {
  const text = textAt(object, "metadata", "annotations", annotation);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isMap(value) ? bareMap(value) : undefined;
  } catch {
    return undefined;
  }
}

/** An object that still carries the annotation gets it brought up to date. */
export function refreshLastApplied(object: JsonMap, applied: JsonMap): void {
  const annotations = mapAt(object, "metadata", "annotations");
  if (annotations?.[annotation] === undefined) return;
  const copy = bareMap(applied);
  const metadata = metadataOf(copy);
  delete metadata["managedFields"];
  if (isMap(metadata["annotations"])) delete metadata["annotations"][annotation];
  childMap(childMap(object, "metadata"), "annotations")[annotation] = `${JSON.stringify(copy)}\n`;
}
