import type { JsonMap } from "../../core/json.ts";
import { mapAt, textAt } from "../../core/json.ts";

/** Objects of one kind in one namespace that controllers made, found by their labels without a search. */
export class OwnedObjects {
  readonly #byName = new Map<string, JsonMap>();
  readonly #byLabel = new Map<string, Map<string, JsonMap>>();

  replace(objects: readonly JsonMap[]): void {
    this.#byName.clear();
    this.#byLabel.clear();
    for (const object of objects) this.set(object);
  }

  /** The object that was there under the name. */
  set(object: JsonMap): JsonMap | undefined {
    const before = this.delete(object);
    const name = nameOf(object);
    this.#byName.set(name, object);
    for (const label of labelsOf(object)) {
      const bucket = this.#byLabel.get(label) ?? new Map<string, JsonMap>();
      bucket.set(name, object);
      this.#byLabel.set(label, bucket);
    }
    return before;
  }

  delete(object: JsonMap): JsonMap | undefined {
    const name = nameOf(object);
    const before = this.#byName.get(name);
    if (before === undefined) return undefined;
    this.#byName.delete(name);
    for (const label of labelsOf(before)) {
      const bucket = this.#byLabel.get(label);
      bucket?.delete(name);
      if (bucket?.size === 0) this.#byLabel.delete(label);
    }
    return before;
  }

  /** At least all that have these labels. */
  with(labels: readonly (readonly [string, unknown])[]): Iterable<JsonMap> {
    let fewest = this.#byName;
    for (const [key, value] of labels) {
      const bucket = this.#byLabel.get(labelKey(key, value));
      if (bucket === undefined) return [];
      if (bucket.size < fewest.size) fewest = bucket;
    }
    return fewest.values();
  }
}

function nameOf(object: JsonMap): string {
  return textAt(object, "metadata", "name") ?? "";
}

function labelsOf(object: JsonMap): string[] {
  const labels = Object.entries(mapAt(object, "metadata", "labels") ?? {});
  return labels.map(([key, value]) => labelKey(key, value));
}

function labelKey(key: string, value: unknown): string {
  return `${key}=${String(value)}`;
}
