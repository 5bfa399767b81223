import { KptError, messageOf } from "../core/error.ts";
import { suggestion } from "./closest.ts";
import type { Command, Flag, Flags, Input } from "./command.ts";
import { parseDuration } from "./duration.ts";
import { unknownCommand } from "./find-command.ts";
import { globalFlags } from "./global-flags.ts";

/** What was typed, taken apart. */
interface Spelled {
  /** In the order they were typed. */
  flags: { name: string; flag: Flag; text: string }[];
  args: string[];
  rest: string[] | undefined;
}

interface Parsed {
  input: Input;
  globals: Input<typeof globalFlags>["flags"];
}

/** What reading arguments needs to know of a command. */
type Declared = Pick<Command, "flags" | "args" | "rest">;

/** Reads the arguments of one command by cobra's grammar. Throws USAGE with cobra's words. */
export function parseArguments(command: Declared, path: string, tokens: readonly string[]): Parsed {
  const known: Flags = { ...globalFlags, ...command.flags };
  const spelled = spell(known, tokens, command.rest !== undefined);
  const own = readFlags(known, spelled.flags);
  const globals = Object.fromEntries(Object.keys(globalFlags).map(name => [name, own.values[name]]));
  if (own.values["help"] !== true) checkCount(command, path, spelled.args);
  return {
    input: { args: spelled.args, flags: own.values, given: own.given, rest: spelled.rest },
    globals: globals as Parsed["globals"],
  };
}

/**
 * Understands cobra's spellings: `--flag`, `--flag value`, `--flag=value`, `-f`, `-fvalue`, `-f value`,
 * `-f=value` and bundles such as `-Rv3`, anywhere among the arguments before `--`.
 */
function spell(known: Flags, tokens: readonly string[], wantsRest: boolean): Spelled {
  const names = new Map(Object.entries(known));
  const shorts = new Map(
    Object.entries(known).flatMap(([name, { short }]) =>
      short === undefined ? [] : [[short, name] as const],
    ),
  );
  const spelled: Spelled = { flags: [], args: [], rest: undefined };
  let at = 0;

  /** The value of a flag that was typed without `=`. */
  const separateValue = (flag: Flag, missing: string): string => {
    if (flag.type === "boolean") return "true";
    if (flag.type === "string" && flag.bare !== undefined) return flag.bare;
    const next = tokens[++at];
    if (next === undefined) throw new KptError("USAGE", missing);
    return next;
  };
  const long = (token: string): void => {
    const equals = token.indexOf("=");
    const name = token.slice(2, equals < 0 ? undefined : equals);
    if (name === "" || name.startsWith("-")) throw new KptError("USAGE", `bad flag syntax: ${token}`);
    const flag = names.get(name);
    if (flag === undefined) throw unknownFlag(name, known);
    const text =
      equals < 0 ? separateValue(flag, `flag needs an argument: --${name}`) : token.slice(equals + 1);
    spelled.flags.push({ name, flag, text });
  };
  const short = (token: string): void => {
    for (let index = 1; index < token.length; index++) {
      const letter = token[index]!;
      const name = shorts.get(letter);
      const flag = name === undefined ? undefined : names.get(name);
      if (name === undefined || flag === undefined) {
        throw new KptError("USAGE", `unknown shorthand flag: '${letter}' in ${token}`);
      }
      const after = token.slice(index + 1);
      if (after.startsWith("=")) {
        spelled.flags.push({ name, flag, text: after.slice(1) });
        return;
      }
      if (flag.type !== "boolean" && !(flag.type === "string" && flag.bare !== undefined) && after !== "") {
        spelled.flags.push({ name, flag, text: after });
        return;
      }
      const text = separateValue(flag, `flag needs an argument: '${letter}' in ${token}`);
      spelled.flags.push({ name, flag, text });
    }
  };

  for (; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token === "--") {
      const after = tokens.slice(at + 1);
      if (wantsRest) spelled.rest = after;
      else spelled.args.push(...after);
      break;
    }
    if (token.startsWith("--")) long(token);
    else if (token.startsWith("-") && token.length > 1) short(token);
    else spelled.args.push(token);
  }
  return spelled;
}

function unknownFlag(name: string, known: Flags): KptError {
  const visible = Object.keys(known).filter(each => !known[each]?.hidden);
  return new KptError("USAGE", `unknown flag: --${name}${suggestion(name, visible, "--")}`);
}

function readFlags(known: Flags, typed: Spelled["flags"]) {
  const values = new Map<string, unknown>();
  for (const { name, flag, text } of typed) {
    if (flag.type !== "strings") values.set(name, valueFrom(name, flag, text));
    else {
      const before = values.get(name);
      values.set(name, [...(Array.isArray(before) ? before : []), ...listed(flag.split === true, text)]);
    }
  }
  const given = new Set(values.keys());
  for (const [name, flag] of Object.entries(known)) {
    if (!given.has(name)) values.set(name, defaultOf(flag));
  }
  return { values: Object.fromEntries(values) as Input["flags"], given };
}

function defaultOf(flag: Flag): unknown {
  if (flag.type === "boolean") return flag.default ?? false;
  return flag.type === "strings" ? [] : flag.default;
}

function listed(split: boolean, text: string): string[] {
  if (!split) return [text];
  return text === "" ? [] : text.split(",");
}

function valueFrom(name: string, flag: Flag, text: string): unknown {
  try {
    if (flag.type === "boolean") return booleanFrom(text);
    if (flag.type === "integer") return integerFrom(text);
    if (flag.type === "duration") return parseDuration(text);
  } catch (error) {
    throw invalidValue(name, flag, text, messageOf(error));
  }
  if (flag.type === "string" && flag.choices !== undefined && !flag.choices.includes(text)) {
    throw invalidValue(name, flag, text, `must be one of ${flag.choices.join(", ")}`);
  }
  return text;
}

function invalidValue(name: string, { short }: Flag, text: string, why: string): KptError {
  const spelled = short === undefined ? `--${name}` : `-${short}, --${name}`;
  return new KptError("USAGE", `invalid argument ${JSON.stringify(text)} for "${spelled}" flag: ${why}`);
}

function booleanFrom(text: string): boolean {
  if (["1", "t", "T", "true", "TRUE", "True"].includes(text)) return true;
  if (["0", "f", "F", "false", "FALSE", "False"].includes(text)) return false;
  throw new KptError("USAGE", `strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
}

function integerFrom(text: string): number {
  if (!/^[-+]?\d+$/.test(text)) {
    throw new KptError("USAGE", `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw new KptError("USAGE", `strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  }
  return value;
}

function checkCount(command: Declared, path: string, args: readonly string[]): void {
  const { min, max } = command.args;
  const count = args.length;
  if (count >= min && count <= max) return;
  if (max === 0) throw unknownCommand(args[0]!, path);
  if (min === max) throw new KptError("USAGE", `accepts ${max} arg(s), received ${count}`);
  if (count < min) throw new KptError("USAGE", `requires at least ${min} arg(s), only received ${count}`);
  throw new KptError("USAGE", `accepts at most ${max} arg(s), received ${count}`);
}
