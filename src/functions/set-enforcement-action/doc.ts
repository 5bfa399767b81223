import { catalogSource, type FunctionDoc } from "../function-doc.ts";

export const doc: FunctionDoc = {
  short: "Sets the enforcement action of Gatekeeper constraints.",
  long: `Sets spec.enforcementAction of every resource of constraints.gatekeeper.sh/v1beta1. The configuration is a
ConfigMap.`,
  fields: [["data.enforcementAction", "deny, warn or dryrun (required)"]],
  examples: [
    { says: "Only warn", run: "kpt fn eval --image set-enforcement-action:v0.1.0 -- enforcementAction=warn" },
  ],
  source: catalogSource("functions/go/set-enforcement-action"),
  tags: ["v0.1.0"],
};
