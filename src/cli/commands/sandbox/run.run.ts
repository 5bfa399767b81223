import { KptError } from "../../../core/error.ts";
import { runForeground } from "../../../host/foreground.ts";
import type { Run } from "../../command.ts";
import type { runFlags } from "./run.ts";
import { openSandbox } from "./session.ts";

export const run: Run<typeof runFlags> = async (context, { flags, rest }) => {
  const [command, ...args] = rest ?? [];
  if (command === undefined) {
    throw new KptError("USAGE", "must name the command to run after `--`", {
      hint: "for example: kpt sandbox run -- kpt live apply wordpress",
    });
  }
  const { cwd, env, signal } = context;
  const session = await openSandbox(context, flags);
  try {
    return await runForeground({
      command,
      args,
      cwd,
      env: { ...env, KUBECONFIG: session.kubeconfig },
      signal,
    });
  } finally {
    await session.close();
  }
};
