import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { kptfile } from "../update/package.ts";
import { World } from "../upstream/world.ts";
import { runWithFault, snapshot } from "./faults.ts";

test("a second document in a Kptfile is refused by all who read it, and nothing is written", async () => {
  const world = new World();
  try {
    mkdirSync(join(world.work, "app"));
    writeFileSync(join(world.work, "app/Kptfile"), `${kptfile("app")}---\n${kptfile("other")}`);
    const before = snapshot(world.work);
    for (const args of [
      ["fn", "render", "app"],
      ["fn", "eval", "app", "--save", "--type", "mutator", "--image", "set-labels", "--", "a=b"],
      ["pkg", "update", "app"],
      ["pkg", "diff", "app"],
      ["live", "init", "app", "--namespace", "n"],
      ["live", "apply", "app", "--dry-run"],
    ]) {
      const { code, stderr } = await runWithFault(world, args);
      assert.equal(code, 1, args.join(" "));
      assert.match(stderr, /Kptfile at ".*\/app" can't be read/, args.join(" "));
      assert.match(stderr, /must hold one document, this one holds 2/, args.join(" "));
      assert.deepEqual(snapshot(world.work), before, args.join(" "));
    }
  } finally {
    world[Symbol.dispose]();
  }
});
