import { catalogSource, type FunctionDoc } from "../function-doc.ts";

export const doc: FunctionDoc = {
  short: "Adds `# kpt-set:` comments to fields that hold a value.",
  long: `Every value that contains the value of a setter gets a comment with the setter in its place; existing
comments behind these values are replaced. The configuration is a ConfigMap.`,
  fields: [["data.*", "setters and the values to look for"]],
  examples: [{ says: "Make the tag a setter", run: "kpt fn eval --image create-setters:v0.1.0 -- tag=1.21" }],
  source: catalogSource("functions/go/create-setters"),
  tags: ["v0.1.0"],
};
