import assert from "node:assert/strict";
import { test } from "node:test";
import { parseArguments } from "./argv.ts";
import { type Command, command, flags } from "./command.ts";

const tryFlags = flags({
  output: { type: "string", short: "o", summary: "where to", default: "events" },
  strategy: { type: "string", summary: "how", choices: ["resource-merge", "copy-merge"] },
  "dry-run": { type: "string", summary: "only pretend", bare: "client", default: "none" },
  recurse: { type: "boolean", short: "R", summary: "below", default: true },
  force: { type: "boolean", short: "f", summary: "dare" },
  depth: { type: "integer", short: "d", summary: "how deep" },
  timeout: { type: "duration", summary: "how long" },
  mount: { type: "strings", short: "m", summary: "what", split: false },
  keywords: { type: "strings", summary: "words", split: true },
  "no-clobber": { type: "boolean", summary: "keep" },
});

function declare(facts: Partial<Command<typeof tryFlags>> = {}): Command<typeof tryFlags> {
  return command({
    name: "try",
    summary: "try",
    args: { min: 0, max: 3 },
    flags: tryFlags,
    load: () => Promise.reject(new Error("not run here")),
    ...facts,
  });
}

function parse(line: string, facts: Partial<Command<typeof tryFlags>> = {}) {
  return parseArguments(declare(facts), "kpt try", line === "" ? [] : line.split(" "));
}

const readings: { line: string; flags?: Record<string, unknown>; args?: string[] }[] = [
  { line: "", flags: { output: "events", recurse: true, force: false, depth: undefined, mount: [] } },
  { line: "-ojson a", flags: { output: "json" }, args: ["a"] },
  { line: "-o json a", flags: { output: "json" }, args: ["a"] },
  { line: "-o=json a", flags: { output: "json" }, args: ["a"] },
  { line: "--output=json a", flags: { output: "json" }, args: ["a"] },
  { line: "a --output json b", flags: { output: "json" }, args: ["a", "b"] },
  { line: "--output= a", flags: { output: "" }, args: ["a"] },
  { line: "--output=a=b", flags: { output: "a=b" } },
  { line: "-o -x", flags: { output: "-x" } },
  { line: "--force=false", flags: { force: false } },
  { line: "--force=T", flags: { force: true } },
  { line: "--force false", flags: { force: true }, args: ["false"] },
  { line: "-R=false", flags: { recurse: false } },
  { line: "-fRd3", flags: { force: true, recurse: true, depth: 3 } },
  { line: "-fd -3", flags: { force: true, depth: -3 } },
  { line: "-fojson", flags: { force: true, output: "json" } },
  { line: "--dry-run a", flags: { "dry-run": "client" }, args: ["a"] },
  { line: "--dry-run=server", flags: { "dry-run": "server" } },
  { line: "--timeout=1m30s", flags: { timeout: 90_000 } },
  { line: "-m a,b -m c", flags: { mount: ["a,b", "c"] } },
  { line: "--keywords a,b --keywords c", flags: { keywords: ["a", "b", "c"] } },
  { line: "--no-clobber", flags: { "no-clobber": true } },
  { line: "--output a --output b", flags: { output: "b" } },
  { line: "- a", args: ["-", "a"] },
  { line: "a -- -b --c", args: ["a", "-b", "--c"] },
];

for (const { line, flags: expected = {}, args = [] } of readings) {
  test(`reads "${line}"`, () => {
    const { input } = parse(line);
    const values = new Map<string, unknown>(Object.entries(input.flags));
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(values.get(name), value, name);
    assert.deepEqual(input.args, args);
    assert.equal(input.rest, undefined);
  });
}

test("a command that declares it gets the arguments after -- apart", () => {
  const { input } = parse("a -f -- -x y", { rest: "COMMAND" });
  assert.deepEqual([input.args, input.rest], [["a"], ["-x", "y"]]);
  assert.deepEqual(parse("a --", { rest: "COMMAND" }).input.rest, []);
  assert.equal(parse("a", { rest: "COMMAND" }).input.rest, undefined);
});

test("tells what was typed from what is default", () => {
  assert.deepEqual([...parse("--output events -R").input.given].sort(), ["output", "recurse"]);
});

const refusals: { line: string; message: string; facts?: Partial<Command<typeof tryFlags>> }[] = [
  { line: "--bogus", message: "unknown flag: --bogus" },
  { line: "--outptu x", message: "unknown flag: --outptu\n\nDid you mean this?\n\t--output" },
  { line: "-z", message: "unknown shorthand flag: 'z' in -z" },
  { line: "-fz", message: "unknown shorthand flag: 'z' in -fz" },
  { line: "--output", message: "flag needs an argument: --output" },
  { line: "-o", message: "flag needs an argument: 'o' in -o" },
  { line: "---x", message: "bad flag syntax: ---x" },
  { line: "--=x", message: "bad flag syntax: --=x" },
  {
    line: "--force=maybe",
    message: `invalid argument "maybe" for "-f, --force" flag: strconv.ParseBool: parsing "maybe": invalid syntax`,
  },
  {
    line: "-d x",
    message: `invalid argument "x" for "-d, --depth" flag: strconv.ParseInt: parsing "x": invalid syntax`,
  },
  {
    line: "--timeout 5",
    message: `invalid argument "5" for "--timeout" flag: time: missing unit in duration "5"`,
  },
  {
    line: "--strategy bogus",
    message: `invalid argument "bogus" for "--strategy" flag: must be one of resource-merge, copy-merge`,
  },
  { line: "a b c d", message: "accepts at most 3 arg(s), received 4" },
  { line: "", facts: { args: { min: 1, max: 2 } }, message: "requires at least 1 arg(s), only received 0" },
  { line: "a", facts: { args: { min: 2, max: 2 } }, message: "accepts 2 arg(s), received 1" },
  { line: "a", facts: { args: { min: 0, max: 0 } }, message: `unknown command "a" for "kpt try"` },
  { line: "--__proto__=x", message: "unknown flag: --__proto__" },
  { line: "--constructor x", message: "unknown flag: --constructor" },
];

for (const { line, message, facts } of refusals) {
  test(`refuses "${line}": ${message.split("\n")[0]}`, () => {
    assert.throws(() => parse(line, facts), { name: "KptError", code: "USAGE", message });
  });
}
