import { catalogSource, type FunctionDoc } from "../function-doc.ts";

export const doc: FunctionDoc = {
  short: "Removes resources that are marked as local configuration.",
  long: `Drops every resource whose annotation config.kubernetes.io/local-config is \`true\`. It needs no
configuration.`,
  fields: [],
  examples: [
    {
      says: "Keep what goes to the cluster",
      run: "kpt fn eval -o stdout --image remove-local-config-resources:v0.1.0",
    },
  ],
  source: catalogSource("functions/go/remove-local-config-resources"),
  tags: ["v0.1.0"],
};
