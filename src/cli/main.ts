import { KptError, messageOf } from "../core/error.ts";
import { parseArguments } from "./argv.ts";
import type { AnyCommand, Group } from "./command.ts";
import { kpt } from "./commands/index.ts";
import type { Context } from "./context.ts";
import { exitCodes } from "./exit-codes.ts";
import { findCommand, nameOf } from "./find-command.ts";
import { helpPage, usagePage } from "./help.ts";
import { visible } from "./terminal/visible.ts";

/** The whole program: what was typed in, the exit code out. The only place that prints errors. */
export async function main(argv: readonly string[], context: Context, root: Group = kpt): Promise<number> {
  try {
    return await runCommand(argv, context, root);
  } catch (thrown) {
    // Whatever breaks after a Ctrl-C broke because of it; only an error of ours may know better.
    const error = context.signal.aborted && !(thrown instanceof KptError) ? context.signal.reason : thrown;
    context.stderr.write(visible(errorText(error, wantsTrace(argv, context))));
    return error instanceof KptError ? error.exitCode : exitCodes.error;
  }
}

async function runCommand(argv: readonly string[], context: Context, root: Group): Promise<number> {
  const { path, tokens } = findCommand(root, argv);
  const chosen = path.at(-1)!;
  if (chosen.kind === "group") return showGroup(chosen, path, tokens, context);
  const { input, globals } = parseArguments(chosen, nameOf(path), tokens);
  if (globals.help) {
    context.stdout.write(helpPage(path));
    return exitCodes.ok;
  }
  if (chosen.deprecated !== undefined) {
    context.stderr.write(`Command "${chosen.name}" is deprecated, ${chosen.deprecated}\n`);
  }
  const { run } = await chosen.load();
  return await run(context, input);
}

/** A group does nothing by itself: it shows what it holds. */
function showGroup(
  group: Group,
  path: readonly AnyCommand[],
  tokens: readonly string[],
  context: Context,
): number {
  const { globals } = parseArguments({ flags: {}, args: { min: 0, max: 0 } }, nameOf(path), tokens);
  if (globals.help) context.stdout.write(helpPage(path));
  else (group.usageOn === "stdout" ? context.stdout : context.stderr).write(usagePage(path));
  return exitCodes.ok;
}

function wantsTrace(argv: readonly string[], { env }: Context): boolean {
  const asked = env["COBRA_STACK_TRACE_ON_ERRORS"];
  const flags = argv.slice(0, argv.includes("--") ? argv.indexOf("--") : undefined);
  return asked === "true" || asked === "1" || flags.some(each => /^--stack-trace(=(1|t|true))?$/i.test(each));
}

/** Values from files are shown whole up to 4,000 characters; of longer ones the middle is left out. */
const tooLong = /^(.{2000}).{2,}(.{2000})$/gmu;

/** What is printed for something thrown: known errors as they say, anything else is a defect and shows where. */
export function errorText(error: unknown, trace: boolean): string {
  if (!(error instanceof KptError)) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `error: this is a defect of kpt: ${trace ? chain(error) : what}\n`;
  }
  if (trace) return `${chain(error)}\n`;
  const { label, hint } = error;
  const message = error.message.replace(tooLong, "$1 … $2");
  if (message === "") return "";
  const line = label === "Error" ? `Error: ${message} ` : label === "error" ? `error: ${message}` : message;
  const ended = line.endsWith("\n") ? line : `${line}\n`;
  return hint === undefined ? ended : `${ended}${hint}\n`;
}

function chain(error: unknown): string {
  const parts: string[] = [];
  for (let link: unknown = error; link !== undefined && parts.length < 16; ) {
    parts.push(link instanceof Error ? (link.stack ?? messageOf(link)) : messageOf(link));
    link = link instanceof Error ? link.cause : undefined;
  }
  return parts.join("\ncaused by: ");
}
