import type { Vertex } from "../graph.ts";
import type { Filter } from "./filter.ts";

export function isNamespace(vertex: Vertex): boolean {
  return vertex.id.kind === "Namespace" && vertex.id.group === "";
}

/** Deleting a namespace deletes everything in it, also what was just applied. */
export const namespaceInUse: Filter = {
  name: "namespace-in-use",
  skip(vertex, _, { usedNamespaces }) {
    return isNamespace(vertex) && usedNamespaces.has(vertex.id.name)
      ? { text: `namespace still in use: ${vertex.id.name}` }
      : undefined;
  },
};
