import { catalogSource, type FunctionDoc } from "../function-doc.ts";

export const doc: FunctionDoc = {
  short: "Validates resources against the schemas of Kubernetes.",
  long: `Reports fields of wrong types and required fields that are missing, and in strict mode fields that don't
exist. Kinds without a schema pass. The configuration is a ConfigMap, or the same fields at the top.`,
  fields: [
    ["data.strict", "`true` refuses fields that the schema doesn't know"],
    ["data.skip_kinds", "kinds to leave out, with commas between"],
    ["data.ignore_missing_schemas", "accepted; kinds without a schema pass anyway"],
    ["data.schema_location", "see below"],
    ["data.additional_schema_locations", "see below"],
  ],
  examples: [
    { says: "Check a package", run: "kpt fn eval --image kubeconform:v0.1.3" },
    { says: "Refuse unknown fields", run: "kpt fn eval --image kubeconform:v0.1.3 -- strict=true" },
  ],
  source: catalogSource("functions/go/kubeconform"),
  tags: ["v0.1.1", "v0.1.2", "v0.1.3"],
  missing:
    "schema_location and additional_schema_locations (mounted folders, addresses): use --fn-runtime=container.",
};
