import { KptError } from "../core/error.ts";
import { suggestion } from "./closest.ts";
import type { AnyCommand, Flag, Group } from "./command.ts";
import { globalFlags } from "./global-flags.ts";

export interface Found {
  /** From the root to the chosen one, the root included. */
  path: readonly [Group, ...AnyCommand[]];
  /** What was typed, without the names of the commands. */
  tokens: string[];
}

/** Follows the names in the arguments down the tree; flags of the whole program may stand between them. */
export function findCommand(root: Group, argv: readonly string[]): Found {
  const path: [Group, ...AnyCommand[]] = [root];
  const tokens: string[] = [];
  let current: AnyCommand = root;
  for (let at = 0; at < argv.length; at++) {
    const token = argv[at]!;
    if (current.kind === "command" || token === "--") {
      tokens.push(...argv.slice(at));
      break;
    }
    tokens.push(token);
    if (token.length > 1 && token.startsWith("-")) {
      const next = argv[at + 1];
      if (takesNext(token) && next !== undefined) {
        tokens.push(next);
        at++;
      }
      continue;
    }
    const child: AnyCommand | undefined = childOf(current, token);
    if (child === undefined) throw unknownCommand(token, nameOf(path), current);
    tokens.pop();
    path.push(child);
    current = child;
  }
  return { path, tokens };
}

export function nameOf(path: readonly AnyCommand[]): string {
  return path.map(({ name }) => name).join(" ");
}

export function childOf(group: Group, name: string): AnyCommand | undefined {
  return group.commands.find(child => child.name === name || child.aliases?.includes(name));
}

function takesNext(token: string): boolean {
  if (token.includes("=")) return false;
  const flag = Object.entries<Flag>(globalFlags).find(
    ([name, { short }]) => token === `--${name}` || token === `-${short ?? name}`,
  )?.[1];
  return flag !== undefined && flag.type !== "boolean";
}

/** Also what a command that takes no arguments says to one, as cobra does. */
export function unknownCommand(typed: string, path: string, within?: Group): KptError {
  const known = within?.commands.filter(({ hidden }) => !hidden).map(({ name }) => name) ?? [];
  return new KptError(
    "USAGE",
    `unknown command ${JSON.stringify(typed)} for "${path}"${suggestion(typed, known)}`,
  );
}
