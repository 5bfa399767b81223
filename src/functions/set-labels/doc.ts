import { catalogSource, type FunctionDoc } from "../function-doc.ts";

export const doc: FunctionDoc = {
  short: "Sets labels on resources, and in their selectors and templates.",
  long: `Adds labels or gives them other values: in metadata.labels of every resource that isn't local
configuration, in the selectors of workloads, services and policies, and in the templates of pods, jobs
and volume claims. The configuration is a ConfigMap, or \`SetLabels\` of fn.kpt.dev with \`labels\`.`,
  fields: [
    ["data.*", "the labels"],
    ["labels", "the labels, in SetLabels"],
  ],
  examples: [
    { says: "Label everything", run: "kpt fn eval --image set-labels:v0.2.0 -- app=wordpress tier=web" },
  ],
  source: catalogSource("functions/go/set-labels"),
  tags: ["v0.1.5", "v0.2.1", "v0.2.3", "v0.2.5"],
};
