import { catalogSource, type FunctionDoc } from "../function-doc.ts";

export const doc: FunctionDoc = {
  short: "Fills fields that have a `# kpt-set:` comment.",
  long: `A comment such as \`# kpt-set: \${image}:\${tag}\` behind a value makes it a pattern. Values that aren't
given are taken from what the field says now. A list takes a list as text: \`[a, b]\`.
The configuration is a ConfigMap.`,
  fields: [["data.*", "a value for each setter; those not named stay as they are"]],
  examples: [{ says: "Set a tag", run: "kpt fn eval --image apply-setters:v0.2.0 -- tag=1.21" }],
  source: catalogSource("functions/go/apply-setters"),
  tags: ["v0.1.1", "v0.2.0", "v0.2.1"],
};
