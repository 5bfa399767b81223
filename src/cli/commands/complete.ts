import { command, flags } from "../command.ts";

export const completeFlags = flags({});

/** What the scripts of `kpt completion` ask. */
export const complete = command({
  name: "__complete",
  hidden: true,
  summary: "Print what may stand in place of the last of the words",
  args: { min: 0, max: 0 },
  rest: "WORDS...",
  flags: completeFlags,
  load: () => import("./complete.run.ts"),
});
