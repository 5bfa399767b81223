import { annotation } from "../identity.ts";
import type { Filter } from "./filter.ts";

const deletionAnnotation = "client.lifecycle.config.k8s.io/deletion";
const onRemoveAnnotation = "cli-utils.sigs.k8s.io/on-remove";
const mutationAnnotation = "client.lifecycle.config.k8s.io/mutation";

/** Objects that say they must outlive their package; they are no longer its own afterwards. */
export const preventRemove: Filter = {
  name: "prevent-remove",
  skip(_, live) {
    if (live === undefined) return undefined;
    for (const [key, value] of [
      [deletionAnnotation, "detach"],
      [onRemoveAnnotation, "keep"],
    ] as const) {
      if (annotation(live, key) !== value) continue;
      return { text: `annotation prevents deletion ("${key}": "${value}")`, abandons: "detach" };
    }
    return undefined;
  },
};

/** Objects that are created once and then left to others. */
export const preventApply: Filter = {
  name: "prevent-apply",
  skip(vertex, live) {
    if (live === undefined || annotation(vertex.object, mutationAnnotation) !== "ignore") return undefined;
    return { text: `annotation prevents apply ("${mutationAnnotation}": "ignore")` };
  },
};
