import { catalogSource, type FunctionDoc } from "../function-doc.ts";

export const doc: FunctionDoc = {
  short: "Sets annotations on resources and on the templates in them.",
  long: `Sets metadata.annotations of every resource and of the templates of pods and jobs. The configuration is a
ConfigMap, or \`SetAnnotations\` of fn.kpt.dev/v1alpha1.`,
  fields: [
    ["data.*", "the annotations"],
    ["annotations", "the annotations, in SetAnnotations"],
    ["additionalAnnotationFields", "further places: a list of group, version, kind, path and create"],
  ],
  examples: [
    { says: "Note who is on call", run: "kpt fn eval --image set-annotations:v0.1.4 -- oncall=team-a" },
  ],
  source: catalogSource("functions/go/set-annotations"),
  tags: ["v0.1.3", "v0.1.4"],
};
