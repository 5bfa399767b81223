import type { AnyCommand, Complete, Flag, Flags, Group } from "./command.ts";
import { childOf } from "./find-command.ts";
import { globalFlags } from "./global-flags.ts";

export interface Offer {
  value: string;
  /** Shown beside the value by shells that can. */
  says: string;
}

/** What the shell adds of its own: names of files, of folders, or nothing. */
export type ShellAdds = "files" | "folders" | "nothing";

export interface Offers {
  offers: Offer[];
  shell: ShellAdds;
}

/** Things that have to be looked up. */
export interface Lookup {
  contexts(): Promise<readonly string[]>;
}

/** What may stand in place of the last word. The other words are those before it, without the program's name. */
export async function complete(root: Group, words: readonly string[], lookup: Lookup): Promise<Offers> {
  const current = words.at(-1) ?? "";
  const { command, awaited, afterDashes } = follow(root, words.slice(0, -1));
  if (afterDashes) return { offers: [], shell: "files" };
  if (awaited !== undefined) return startingWith(current, await valuesOf(awaited, lookup));

  const typed = /^--([^=]+)=(.*)$/s.exec(current);
  if (typed !== null) {
    const [, name = "", value = ""] = typed;
    const flag = flagNamed(command, name);
    if (flag === undefined) return { offers: [], shell: "nothing" };
    const { offers, shell } = startingWith(value, await valuesOf(flag, lookup));
    return { offers: offers.map(({ value: each, says }) => ({ value: `--${name}=${each}`, says })), shell };
  }
  if (current.startsWith("-")) {
    const offers = Object.entries(allFlags(command))
      .filter(([, { hidden }]) => !hidden)
      .map(([name, { summary }]) => ({ value: `--${name}`, says: firstLine(summary) }));
    offers.push({ value: "--help", says: `help for ${command.name}` });
    return startingWith(current, { offers: offers.sort(byValue), shell: "nothing" });
  }
  if (command.kind === "group") {
    const offers = command.commands
      .filter(({ hidden }) => !hidden)
      .map(({ name, summary }) => ({ value: name, says: firstLine(summary) }));
    return startingWith(current, { offers: offers.sort(byValue), shell: "nothing" });
  }
  if (command.args.max === 0) return { offers: [], shell: "nothing" };
  return startingWith(current, await offersOf(command.complete ?? "package", lookup));
}

/** Reads the words before the one to complete. */
function follow(root: Group, words: readonly string[]) {
  let command: AnyCommand = root;
  let awaited: Flag | undefined;
  for (const word of words) {
    if (awaited !== undefined) {
      awaited = undefined;
      continue;
    }
    if (word === "--") return { command, awaited, afterDashes: true };
    if (word.startsWith("-") && word.length > 1) {
      awaited = awaitedBy(word, command);
      continue;
    }
    if (command.kind === "group") command = childOf(command, word) ?? command;
  }
  return { command, awaited, afterDashes: false };
}

/** The flag whose value is the next word, if this one is a flag without its value. */
function awaitedBy(word: string, command: AnyCommand): Flag | undefined {
  if (word.includes("=")) return undefined;
  const flag = word.startsWith("--")
    ? flagNamed(command, word.slice(2))
    : Object.values(allFlags(command)).find(({ short }) => short === word.at(-1));
  const isAlone = flag === undefined || flag.type === "boolean";
  return isAlone || (flag.type === "string" && flag.bare !== undefined) ? undefined : flag;
}

function allFlags(command: AnyCommand): Flags {
  const own: Flags = command.kind === "command" ? command.flags : {};
  return { ...globalFlags, ...own };
}

function flagNamed(command: AnyCommand, name: string): Flag | undefined {
  const flags = allFlags(command);
  return Object.hasOwn(flags, name) ? flags[name] : undefined;
}

async function valuesOf(flag: Flag, lookup: Lookup): Promise<Offers> {
  if (flag.type === "boolean") return fixed(["true", "false"]);
  if (flag.type === "string" && flag.choices !== undefined) return fixed(flag.choices);
  if (flag.type === "string" || flag.type === "strings")
    return await offersOf(flag.complete ?? "file", lookup);
  return fixed([]);
}

async function offersOf(what: Complete, lookup: Lookup): Promise<Offers> {
  if (typeof what !== "string") return fixed(what);
  switch (what) {
    case "package":
      return { offers: [], shell: "folders" };
    case "file":
      return { offers: [], shell: "files" };
    case "context":
      return fixed(await lookup.contexts());
    case "none":
      return fixed([]);
  }
}

function fixed(values: readonly string[]): Offers {
  return { offers: values.map(value => ({ value, says: "" })), shell: "nothing" };
}

function startingWith(prefix: string, { offers, shell }: Offers): Offers {
  return { offers: offers.filter(({ value }) => value.startsWith(prefix)), shell };
}

function byValue(a: Offer, b: Offer): number {
  return a.value < b.value ? -1 : 1;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
