import { catalogSource, type FunctionDoc } from "../function-doc.ts";

export const doc: FunctionDoc = {
  short: "Validates resources against the schemas of Kubernetes, as kubeconform's predecessor.",
  long: `The same checks as kubeconform in the words of kubeval. A kind without a schema is an error unless it is
skipped. The configuration is a ConfigMap.`,
  fields: [
    ["data.strict", "`true` refuses fields that the schema doesn't know"],
    ["data.skip_kinds", "kinds to leave out, with commas between"],
    ["data.ignore_missing_schemas", "`true` lets kinds without a schema pass"],
    ["data.schema_location", "see below"],
    ["data.additional_schema_locations", "see below"],
  ],
  examples: [
    { says: "Check a package", run: "kpt fn eval --image kubeval:v0.3.0 -- ignore_missing_schemas=true" },
  ],
  source: catalogSource("functions/ts/kubeval"),
  tags: ["v0.1.2", "v0.2.0", "v0.3.0"],
  missing:
    "schema_location and additional_schema_locations (mounted folders, addresses): use --fn-runtime=container.",
};
