import { catalogSource, type FunctionDoc } from "../function-doc.ts";

export const doc: FunctionDoc = {
  short: "Sets name, tag or digest of container images.",
  long: `Changes every image of one name in the containers and init containers of Pods, Deployments, StatefulSets,
ReplicaSets and DaemonSets. The configuration is a ConfigMap, or \`SetImage\` of fn.kpt.dev.`,
  fields: [
    ["data.name", "the image to change, without its tag (required; a regular expression)"],
    ["data.newName", "its new name"],
    ["data.newTag", "its new tag; a digest goes"],
    ["data.digest", "its new digest; a tag goes"],
    ["additionalImageFields", "further places, in SetImage: a list of group, version, kind, path and create"],
  ],
  examples: [
    {
      says: "Move nginx to another registry",
      run: "kpt fn eval --image set-image:v0.1.1 -- name=nginx newName=registry.example/nginx",
    },
  ],
  source: catalogSource("functions/go/set-image"),
  tags: ["v0.1.0", "v0.1.1"],
};
