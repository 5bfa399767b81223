import { catalogSource, type FunctionDoc } from "../function-doc.ts";

export const doc: FunctionDoc = {
  short: "Copies values from fields of one resource to fields of others.",
  long: `Each replacement has one source field and any number of targets, as in kustomize. The configuration is
\`ApplyReplacements\` of fn.kpt.dev/v1alpha1.`,
  fields: [
    [
      "replacements[].source",
      "kind, name, namespace and fieldPath of the value; options.delimiter and options.index take a piece",
    ],
    [
      "replacements[].targets[].select",
      "what to change: patterns for group, version, kind, name, namespace; selectors",
    ],
    ["replacements[].targets[].reject", "what to leave out"],
    ["replacements[].targets[].fieldPaths", "the fields to set"],
    ["replacements[].targets[].options", "delimiter, index, create"],
  ],
  examples: [
    {
      says: "Replace by a file",
      run: "kpt fn eval --image apply-replacements:v0.1.1 --fn-config replacements.yaml",
    },
  ],
  source: catalogSource("functions/go/apply-replacements"),
  tags: ["v0.1.0", "v0.1.1", "v0.1.2"],
};
