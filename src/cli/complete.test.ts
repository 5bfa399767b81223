import assert from "node:assert/strict";
import { test } from "node:test";
import { command, flags, group } from "./command.ts";
import { complete } from "./complete.ts";

const load = () => Promise.reject(new Error("not run here"));
const apply = command({
  name: "apply",
  summary: "Apply a package\nand more",
  args: { min: 0, max: 1 },
  flags: flags({
    output: { type: "string", short: "o", summary: "how to print", choices: ["events", "json", "table"] },
    context: { type: "string", summary: "which cluster", complete: "context" },
    "dry-run": { type: "boolean", summary: "only pretend" },
    secret: { type: "string", summary: "not shown", hidden: true },
    results: { type: "string", summary: "where to" },
  }),
  load,
});
const version = command({ name: "version", summary: "Print it", args: { min: 0, max: 0 }, flags: {}, load });
const hidden = command({
  name: "ghost",
  hidden: true,
  summary: "",
  args: { min: 0, max: 0 },
  flags: {},
  load,
});
const live = group({ name: "live", summary: "Deploy", commands: [apply, hidden] });
const root = group({ name: "kpt", summary: "kpt", commands: [live, version] });

const cases: { words: string; offers: string[]; shell: string }[] = [
  { words: "", offers: ["live", "version"], shell: "nothing" },
  { words: "l", offers: ["live"], shell: "nothing" },
  { words: "live ", offers: ["apply"], shell: "nothing" },
  { words: "live apply ", offers: [], shell: "folders" },
  { words: "live apply --o", offers: ["--output"], shell: "nothing" },
  { words: "live apply --d", offers: ["--dry-run"], shell: "nothing" },
  { words: "live apply --output ", offers: ["events", "json", "table"], shell: "nothing" },
  { words: "live apply -o j", offers: ["json"], shell: "nothing" },
  { words: "live apply --output=t", offers: ["--output=table"], shell: "nothing" },
  { words: "live apply --context ", offers: ["east", "west"], shell: "nothing" },
  { words: "live apply --context=w", offers: ["--context=west"], shell: "nothing" },
  { words: "live apply --results ", offers: [], shell: "files" },
  { words: "live apply --dry-run ", offers: [], shell: "folders" },
  { words: "live apply --sec", offers: [], shell: "nothing" },
  { words: "live apply -- ", offers: [], shell: "files" },
  { words: "version ", offers: [], shell: "nothing" },
  { words: "--trunc", offers: ["--truncate-output"], shell: "nothing" },
  { words: "live apply --__proto__=", offers: [], shell: "nothing" },
];

for (const { words, offers, shell } of cases) {
  test(`completes "kpt ${words}"`, async () => {
    const found = await complete(root, words.split(" "), { contexts: async () => ["east", "west"] });
    assert.deepEqual(
      found.offers.map(({ value }) => value),
      offers,
    );
    assert.equal(found.shell, shell);
  });
}
