import { catalogSource, type FunctionDoc } from "../function-doc.ts";

export const doc: FunctionDoc = {
  short: "Makes a Service resource for each service of a ProjectServiceSet.",
  long: `For every ProjectServiceSet of blueprints.cloud.google.com/v1alpha1 it generates Config Connector resources
that enable its services, and removes those it generated before. It needs no configuration.`,
  fields: [],
  examples: [{ says: "Generate them", run: "kpt fn eval --image enable-gcp-services:v0.1.0" }],
  source: catalogSource("functions/go/enable-gcp-services"),
  tags: ["v0.1.0"],
};
