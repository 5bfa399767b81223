import type { Run } from "../../command.ts";
import { exitCodes } from "../../exit-codes.ts";
import { visibleLine } from "../../terminal/visible.ts";
import { openSandbox } from "./session.ts";
import type { startFlags } from "./start.ts";

export const run: Run<typeof startFlags> = async (context, { flags }) => {
  const session = await openSandbox(context, flags);
  context.stdout.write(
    `sandbox listening on ${session.url}
kubeconfig: ${visibleLine(session.kubeconfig)}

To use it in another terminal:
  export KUBECONFIG=${visibleLine(quoted(session.kubeconfig))}
Stop it with Ctrl-C.
`,
  );
  try {
    await stopped(context.signal);
  } finally {
    await session.close();
  }
  return exitCodes.ok;
};

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** As a shell reads it. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
