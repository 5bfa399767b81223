import { catalogSource, type FunctionDoc } from "../function-doc.ts";

export const doc: FunctionDoc = {
  short: "Puts all resources into a namespace.",
  long: `Sets metadata.namespace of every namespaced resource, the name of Namespace objects, the namespaces in
subjects of ClusterRoleBindings and in the services of conversion webhooks and APIServices, and the
namespace in \`depends-on\` annotations that name a resource of the package.
The configuration is a ConfigMap, or \`SetNamespace\` of fn.kpt.dev/v1alpha1 with the fields at the top.`,
  fields: [
    ["data.namespace", "the new namespace (required)"],
    ["data.namespaceMatcher", "change only what is in this namespace now"],
    ["data.name", "the new namespace, in the ConfigMap `kptfile.kpt.dev` of the package context"],
  ],
  examples: [
    { says: "Everything into staging", run: "kpt fn eval --image set-namespace:v0.4.5 -- namespace=staging" },
    {
      says: "Only what is in dev",
      run: "kpt fn eval --image set-namespace:v0.4.5 -- namespace=staging namespaceMatcher=dev",
    },
  ],
  source: catalogSource("functions/go/set-namespace"),
  tags: ["v0.1.4", "v0.2.0", "v0.3.4", "v0.4.1", "v0.4.2", "v0.4.3", "v0.4.4", "v0.4.5"],
};
