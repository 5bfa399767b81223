import { command, flags } from "../../command.ts";

export const initFlags = flags({
  description: {
    type: "string",
    default: "sample description",
    summary: "short description of the package.",
  },
  keywords: { type: "strings", split: true, summary: "list of keywords for the package." },
  site: { type: "string", default: "", summary: "link to page with information about the package." },
});

export const init = command({
  name: "init",
  usage: "[DIR]",
  args: { min: 0, max: 1 },
  complete: "file",
  summary: "Initialize an empty package.",
  description: `
Makes a directory a package: adds a Kptfile, a README.md to be filled in, and
package-context.yaml, each where it does not exist.

DIR:
  Is made if it does not exist. The current directory unless given.
`,
  flags: initFlags,
  examples: [
    {
      says: "Make a package in the new directory cockroachdb",
      run: 'kpt pkg init cockroachdb --keywords "cockroachdb,nosql,db" --description "my cockroachdb"',
    },
    { says: "Make the current directory a package", run: "kpt pkg init" },
  ],
  load: () => import("./init.run.ts"),
});
