import type { AnyCommand, Command, Flag, Flags, Group } from "./command.ts";
import { formatDuration } from "./duration.ts";
import { nameOf } from "./find-command.ts";
import { globalFlags } from "./global-flags.ts";

/** The help page in cobra's layout: description, then the usage. */
export function helpPage(path: readonly AnyCommand[]): string {
  const command = path.at(-1)!;
  const text = (command.description ?? command.summary).replace(/^\n/, "").trimEnd();
  return `${text}\n\n${usagePage(path)}`;
}

/** The page without the description: what a group prints when no command is named. */
export function usagePage(path: readonly AnyCommand[]): string {
  const command = path.at(-1)!;
  const name = nameOf(path);
  const sections = [`Usage:\n${usageLines(command, name)}`];
  if (command.aliases?.length) sections.push(`Aliases:\n  ${[command.name, ...command.aliases].join(", ")}`);
  if (command.kind === "command" && command.examples?.length) sections.push(examples(command));
  if (command.kind === "group" && command.commands.length > 0) sections.push(commandList(command));
  const own = command.kind === "command" ? (command.flags as Flags) : {};
  const help: Flag = { type: "boolean", short: "h", summary: `help for ${command.name}` };
  if (path.length === 1) {
    sections.push(`Flags:\n${flagLines({ ...globalFlags, help })}`);
  } else {
    sections.push(`Flags:\n${flagLines({ ...own, help })}`);
    sections.push(`Global Flags:\n${flagLines(globalFlags)}`);
  }
  if (command.kind === "group") {
    sections.push(`Use "${name} [command] --help" for more information about a command.`);
  }
  return `${sections.join("\n\n")}\n`;
}

function usageLines(command: AnyCommand, name: string): string {
  if (command.kind === "group") return `  ${name} [flags]\n  ${name} [command]`;
  return `  ${usageLine(command, name)}`;
}

export function usageLine(command: Command, name: string): string {
  const rest = command.rest === undefined ? undefined : `[-- ${command.rest}]`;
  return [name, command.usage, "[flags]", rest].filter(Boolean).join(" ");
}

function examples(command: Command): string {
  const each = command.examples ?? [];
  return `Examples:\n${each
    .map(({ says, run }) => `${indent(says, "  # ")}\n${indent(run, "  $ ", "    ")}`)
    .join("\n\n")}`;
}

function indent(text: string, first: string, following = first): string {
  return text
    .split("\n")
    .map((line, index) => `${index === 0 ? first : following}${line}`)
    .join("\n");
}

function commandList(group: Group): string {
  const shown = group.commands.filter(({ hidden }) => !hidden).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const width = Math.max(11, ...shown.map(({ name }) => name.length));
  return `Available Commands:\n${shown
    .map(({ name, summary }) => `  ${name.padEnd(width)} ${summary}`)
    .join("\n")}`;
}

/** The table of flags as pflag lays it out, in the order of their names. */
export function flagLines(flags: Flags): string {
  const rows = Object.entries(flags)
    .filter(([, { hidden }]) => !hidden)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, flag]) => ({
      left: `${flag.short === undefined ? "      " : `  -${flag.short}, `}--${name}${placeholder(flag)}`,
      right: `${flag.summary}${shownDefault(flag)}`,
    }));
  const width = Math.max(...rows.map(({ left }) => left.length)) + 3;
  return rows
    .map(({ left, right }) => left.padEnd(width) + right.replaceAll("\n", `\n${" ".repeat(width)}`))
    .join("\n");
}

export function placeholder(flag: Flag): string {
  switch (flag.type) {
    case "boolean":
      return "";
    case "integer":
      return " int";
    case "duration":
      return " duration";
    case "strings":
      return ` ${flag.placeholder ?? (flag.split ? "strings" : "stringArray")}`;
    case "string": {
      const word = flag.placeholder ?? "string";
      return flag.bare === undefined ? ` ${word}` : `[=${word}]`;
    }
  }
}

export function shownDefault(flag: Flag): string {
  if (flag.type === "strings" || !flag.default) return "";
  switch (flag.type) {
    case "string":
      return ` (default ${JSON.stringify(flag.default)})`;
    case "duration":
      return ` (default ${formatDuration(flag.default)})`;
    default:
      return ` (default ${flag.default})`;
  }
}

/** The flags of a command, or of every command, as a table of a reference page. */
export function flagTable(command: Command | undefined): string {
  const flags: Flags = command === undefined ? globalFlags : command.flags;
  const rows = Object.entries(flags)
    .filter(([, { hidden }]) => !hidden)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, flag]) => {
      const short = flag.short === undefined ? "" : `\`-${flag.short}\`, `;
      const text = `${flag.summary}${shownDefault(flag)}`.replaceAll("\n", " ").replaceAll("|", "\\|");
      return `| ${short}\`--${name}${placeholder(flag).replaceAll("|", "\\|")}\` | ${text} |`;
    });
  return rows.length === 0 ? "" : ["| flag | |", "| --- | --- |", ...rows].join("\n");
}
