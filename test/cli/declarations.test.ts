import assert from "node:assert/strict";
import { test } from "node:test";
import { parseArguments } from "../../src/cli/argv.ts";
import type { AnyCommand, Command, Flag, Flags } from "../../src/cli/command.ts";
import { kpt } from "../../src/cli/commands/index.ts";
import { findCommand, nameOf } from "../../src/cli/find-command.ts";
import { globalFlags } from "../../src/cli/global-flags.ts";
import { helpPage } from "../../src/cli/help.ts";

/** Every command with the groups above it. */
function commands(path: readonly AnyCommand[] = [kpt]): { path: readonly AnyCommand[]; command: Command }[] {
  const last = path.at(-1);
  if (last?.kind === "command") return [{ path, command: last }];
  return (last?.commands ?? []).flatMap(child => commands([...path, child]));
}

/** Words as a shell divides them, as far as examples go. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? "");
}

for (const { path, command } of commands()) {
  const name = nameOf(path);

  test(`${name}: every example is accepted by the grammar`, () => {
    const lines = (command.examples ?? []).flatMap(({ run }) => run.split("\n"));
    for (const line of lines.flatMap(each => each.split("|"))) {
      const words = wordsOf(line.split(/ [<>]/)[0] ?? "");
      const start = words.indexOf("kpt");
      if (start < 0) continue;
      const found = findCommand(kpt, words.slice(start + 1));
      const chosen = found.path.at(-1);
      assert.equal(chosen?.kind, "command", line);
      if (chosen?.kind === "command") parseArguments(chosen, nameOf(found.path), found.tokens);
    }
  });

  test(`${name}: its flags don't clash and its page has a shape`, () => {
    const flags: Flags = command.flags;
    const shorts = Object.values<Flag>({ ...flags, ...globalFlags }).flatMap(({ short }) => short ?? []);
    assert.equal(new Set(shorts).size, shorts.length, `short flags: ${shorts.join(" ")}`);
    assert.deepEqual(
      Object.keys(flags).filter(flag => flag in globalFlags && !flags[flag]?.hidden),
      [],
    );
    const page = helpPage(path);
    assert.match(page, /\n\nUsage:\n {2}kpt .*\n/);
    assert.ok(!/[ \t]\n/.test(page), "blanks at the end of a line");
    assert.ok(!page.includes("undefined"));
    assert.match(command.summary, /^[A-Z][^\n]*$/);
  });
}

test("names and aliases are unique within a group", () => {
  const check = (group: AnyCommand): void => {
    if (group.kind === "command") return;
    const names = group.commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    assert.equal(new Set(names).size, names.length, names.join(" "));
    group.commands.forEach(check);
  };
  check(kpt);
});
