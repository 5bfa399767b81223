import { catalogSource, type FunctionDoc } from "../function-doc.ts";

export const doc: FunctionDoc = {
  short: "Makes sure that all names contain a text.",
  long: `Adds the text before or behind the name of each resource that doesn't contain it, and lets references
between resources follow. The configuration is a ConfigMap with one entry, or \`EnsureNameSubstring\` of
fn.kpt.dev/v1alpha1.`,
  fields: [
    ["data.prepend", "the text to put before names"],
    ["data.append", "the text to put behind names"],
    ["substring, editMode", "the same in EnsureNameSubstring; editMode is prepend or append"],
    ["additionalNameFields", "further names, in EnsureNameSubstring: a list of group, version, kind, path"],
  ],
  examples: [
    {
      says: "Put dev- before all names",
      run: "kpt fn eval --image ensure-name-substring:v0.2.0 -- prepend=dev-",
    },
  ],
  source: catalogSource("functions/go/ensure-name-substring"),
  tags: ["v0.1.1", "v0.2.0"],
};
