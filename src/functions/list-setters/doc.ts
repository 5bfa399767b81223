import { catalogSource, type FunctionDoc } from "../function-doc.ts";

export const doc: FunctionDoc = {
  short: "Reports the setters of a package.",
  long: `Names each setter that the comments of the package or the Kptfile's apply-setters step mention, with its
value, type and the number of its fields. It needs no configuration and changes nothing.`,
  fields: [],
  examples: [{ says: "Show the setters", run: "kpt fn eval --image list-setters:v0.1.0" }],
  source: catalogSource("functions/go/list-setters"),
  tags: ["v0.1.0"],
};
