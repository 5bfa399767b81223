import { catalogSource, type FunctionDoc } from "../function-doc.ts";

export const doc: FunctionDoc = {
  short: "Removes annotations.",
  long: `Removes the named annotations from metadata.annotations of every resource. The configuration is a
ConfigMap.`,
  fields: [["data.annotationKeys", "the names, with commas and no blanks between (required)"]],
  examples: [
    {
      says: "Remove one",
      run: "kpt fn eval --image delete-annotations:v0.1.0 -- annotationKeys=example.com/note",
    },
  ],
  source: catalogSource("contrib/functions/go/delete-annotations"),
  tags: ["v0.1.0"],
};
