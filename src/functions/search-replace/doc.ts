// biome-ignore-all lint/suspicious/noTemplateCurlyInString: patterns are written so
import { catalogSource, type FunctionDoc } from "../function-doc.ts";

export const doc: FunctionDoc = {
  short: "Finds values by path, text or pattern, and replaces them.",
  long: `Without put-value and put-comment it only reports what it found. Path and value together must both match.
The configuration is a ConfigMap.`,
  fields: [
    ["data.by-value", "the exact value"],
    ["data.by-value-regex", "a regular expression (RE2) to find in the value"],
    ["data.by-path", "a path such as spec.replicas, **.image, spec.ports[*].port"],
    ["data.by-file-path", "a pattern for the names of files"],
    ["data.put-value", "the new value; ${1} is the first group of the pattern"],
    ["data.put-comment", "a comment to put behind the value"],
  ],
  examples: [
    { says: "Find a value", run: "kpt fn eval --image search-replace:v0.2.0 -- by-value=nginx" },
    {
      says: "Replace it",
      run: "kpt fn eval --image search-replace:v0.2.0 -- by-path='**.image' by-value-regex='nginx:(.*)' put-value='my/nginx:${1}'",
    },
  ],
  source: catalogSource("functions/go/search-replace"),
  tags: ["v0.1.1", "v0.2.0"],
};
