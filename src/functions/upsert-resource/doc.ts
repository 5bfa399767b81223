import { catalogSource, type FunctionDoc } from "../function-doc.ts";

export const doc: FunctionDoc = {
  short: "Adds a resource, or replaces it where it exists.",
  long: `The configuration itself is the resource, or a \`List\` of resources. An existing one of the same group,
kind, namespace and name is replaced and stays in its file.`,
  fields: [
    [
      "metadata.annotations[config.kubernetes.io/target-path]",
      "the file for a new resource, or the only file to replace it in",
    ],
  ],
  examples: [
    {
      says: "Add what is in a file",
      run: "kpt fn eval --image upsert-resource:v0.2.0 --fn-config service.yaml",
    },
  ],
  source: catalogSource("functions/go/upsert-resource"),
  tags: ["v0.1.0", "v0.2.0"],
};
