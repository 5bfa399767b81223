import { readSchema } from "./openapi.ts";
import type { Schema } from "./schema.ts";

const keyedByName = {
  type: "array",
  items: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  "x-kubernetes-patch-merge-key": "name",
  "x-kubernetes-patch-strategy": "merge",
};

/** What kyaml's own OpenAPI adds to that of Kubernetes: the keyed lists of a Kustomization. */
export const kustomization: Schema = readSchema({
  type: "object",
  "x-kubernetes-preserve-unknown-fields": true,
  properties: { configMapGenerator: keyedByName, secretGenerator: keyedByName },
});
