import { catalogSource, type FunctionDoc } from "../function-doc.ts";

export const doc: FunctionDoc = {
  short: "Turns comments into apply-time mutations.",
  long: `A comment \`# apply-time-mutation: \${...}\` behind a value, or a resource ApplyTimeMutation, becomes the
annotation by which \`kpt live apply\` fills in values of other resources. It needs no configuration.`,
  fields: [],
  examples: [{ says: "Annotate", run: "kpt fn eval --image annotate-apply-time-mutations:v0.1.0" }],
  source: catalogSource("contrib/functions/go/annotate-apply-time-mutations"),
  tags: ["v0.1.0"],
};
