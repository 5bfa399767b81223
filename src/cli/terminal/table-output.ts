import type { Context } from "../context.ts";

/**
 * Where tables go. They have colours also in pipes and files, as they were recorded from Go kpt; NO_COLOR
 * takes them out.
 */
export function tableOutput({ stdout, env }: Context): { write(text: string): void } {
  if (!env["NO_COLOR"] || stdout.colour) return stdout;
  return { write: text => stdout.write(text.replaceAll(/\u001b\[[\d;]*m/g, "")) };
}
