import assert from "node:assert/strict";
import { test } from "node:test";
import { allowsColour } from "./output.ts";

const cases = [
  { name: "a terminal has colour", env: {}, tty: true, colour: true },
  { name: "a file has none", env: {}, tty: false, colour: false },
  { name: "NO_COLOR switches it off", env: { NO_COLOR: "1" }, tty: true, colour: false },
  { name: "an empty NO_COLOR says nothing", env: { NO_COLOR: "" }, tty: true, colour: true },
  { name: "FORCE_COLOR switches it on", env: { FORCE_COLOR: "1" }, tty: false, colour: true },
  {
    name: "FORCE_COLOR comes before NO_COLOR",
    env: { FORCE_COLOR: "1", NO_COLOR: "1" },
    tty: false,
    colour: true,
  },
  { name: "FORCE_COLOR=0 switches it off", env: { FORCE_COLOR: "0" }, tty: true, colour: false },
  { name: "a dumb terminal has none", env: { TERM: "dumb" }, tty: true, colour: false },
];

for (const { name, env, tty, colour } of cases) {
  test(name, () =>
    assert.equal(
      allowsColour(env, () => tty),
      colour,
    ),
  );
}
