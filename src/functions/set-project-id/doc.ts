import { catalogSource, type FunctionDoc } from "../function-doc.ts";

export const doc: FunctionDoc = {
  short: "Sets the project of Google Cloud resources.",
  long: `Gives the setter project-id in Kptfiles a value, and Config Connector resources without one the
annotation cnrm.cloud.google.com/project-id. The configuration is a ConfigMap.`,
  fields: [["data.project-id", "the project (required)"]],
  examples: [
    { says: "Set the project", run: "kpt fn eval --image set-project-id:v0.2.0 -- project-id=my-project" },
  ],
  source: catalogSource("functions/go/set-project-id"),
  tags: ["v0.1.0", "v0.2.0"],
};
