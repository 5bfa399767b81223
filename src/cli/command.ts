import type { Context } from "./context.ts";

interface FlagBase {
  /** What the help page says, without the default. */
  summary: string;
  /** One letter, without the dash. */
  short?: string;
  hidden?: boolean;
}

/** One flag as data. `string` flags with `choices` refuse anything else before the command is loaded. */
export type Flag =
  | (FlagBase & { type: "boolean"; default?: boolean })
  | (FlagBase & StringFlag)
  | (FlagBase & { type: "integer"; default?: number })
  /** A Go duration such as `2m` or `1h2m3s`; the value is in milliseconds. */
  | (FlagBase & { type: "duration"; default?: number })
  /** May be repeated; `split` also divides each value at commas. */
  | (FlagBase & { type: "strings"; placeholder?: string; split?: boolean; complete?: Complete });

interface StringFlag {
  type: "string";
  default?: string;
  placeholder?: string;
  choices?: readonly string[];
  /** The value that the flag has when it is typed without one (`--flag` alone, as opposed to `--flag=VALUE`). */
  bare?: string;
  complete?: Complete;
}

/** What completion offers: fixed words, or something that is looked up when asked. */
export type Complete = readonly string[] | "package" | "file" | "context" | "none";

export type Flags = Readonly<Record<string, Flag>>;

type FlagValue<F extends Flag> = F extends { type: "boolean" }
  ? boolean
  : F extends { type: "strings" }
    ? string[]
    : F extends { type: "integer" | "duration" }
      ? F extends { default: number }
        ? number
        : number | undefined
      : F extends { default: string }
        ? string
        : string | undefined;

/** What the user typed, sorted out. */
export interface Input<F extends Flags = Flags> {
  args: string[];
  flags: { [Name in keyof F]: FlagValue<F[Name]> };
  /** Names of the flags that were typed, for the rare rule that tells a default from a choice. */
  given: ReadonlySet<string>;
  /** Arguments after `--`; undefined when there was no `--`. */
  rest: string[] | undefined;
}

/** Does the work and returns the exit code. Throws KptError for what the user can meet. */
export type Run<F extends Flags = Flags> = (context: Context, input: Input<F>) => Promise<number>;

export interface Command<F extends Flags = Flags> {
  kind: "command";
  name: string;
  aliases?: readonly string[];
  /** The arguments as the usage line shows them, for example `[PKG_PATH][@VERSION]`. */
  usage?: string;
  /** How the arguments after `--` are shown. Where it is absent, `--` only ends the flags. */
  rest?: string;
  /** What completion offers for the arguments; packages where absent. */
  complete?: Complete;
  /** Least and greatest number of arguments; checked before the command is loaded. */
  args: { min: number; max: number };
  /** One sentence for the list of commands. */
  summary: string;
  /** The text at the head of the help page; the summary where absent. */
  description?: string;
  flags: F;
  examples?: readonly { says: string; run: string }[];
  hidden?: boolean;
  deprecated?: string;
  /** Imports the implementation: nothing heavy is loaded before the command is chosen. */
  load: () => Promise<{ run: Run<F> }>;
}

export interface Group {
  kind: "group";
  name: string;
  aliases?: readonly string[];
  summary: string;
  description?: string;
  /** Where the usage goes when no command is named; stderr where absent. */
  usageOn?: "stdout";
  commands: readonly AnyCommand[];
  hidden?: boolean;
}

// A list of commands holds commands with different flags; their runners are only ever called with the
// input that was parsed for the same declaration.
// biome-ignore lint/suspicious/noExplicitAny: the one place where flag types are erased
export type AnyCommand = Command<any> | Group;

export function command<const F extends Flags>(declaration: Omit<Command<F>, "kind">): Command<F> {
  return { kind: "command", ...declaration };
}

export function group(declaration: Omit<Group, "kind">): Group {
  return { kind: "group", ...declaration };
}

/** Flags are declared on their own, so that the implementation can take its types from them. */
export function flags<const F extends Flags>(declaration: F): F {
  return declaration;
}
