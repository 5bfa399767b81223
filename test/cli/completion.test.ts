import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { binary, kpt, repository, temporary } from "./program.ts";

/** What bash offers for a line that ends at the cursor. */
async function bashOffers(t: TestContext, words: string[]): Promise<string[]> {
  const { stdout: script } = await kpt(["completion", "bash"]);
  const folder = temporary(t, { "kpt.bash": script, "app/Kptfile": "", "notes.txt": "" });
  const program = `
    kpt() { "$NODE" "$KPT" "$@"; }
    source ./kpt.bash
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    _kpt
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", program, "bash", ...words], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], NODE: process.execPath, KPT: binary, HOME: folder },
  });
  assert.equal(stderr, "");
  return stdout.trim().split("\n").sort();
}

test("bash offers commands", async t => {
  assert.deepEqual(await bashOffers(t, ["kpt", "pkg", "t"]), ["tree"]);
});

test("bash offers the values of a flag, typed with a blank or with =", async t => {
  const strategies = ["copy-merge", "fast-forward", "force-delete-replace", "resource-merge"];
  assert.deepEqual(await bashOffers(t, ["kpt", "pkg", "get", "--strategy", ""]), strategies);
  assert.deepEqual(await bashOffers(t, ["kpt", "pkg", "get", "--strategy", "="]), strategies);
  assert.deepEqual(await bashOffers(t, ["kpt", "pkg", "get", "--strategy", "=", "c"]), ["copy-merge"]);
});

test("bash offers folders for a package", async t => {
  assert.deepEqual(await bashOffers(t, ["kpt", "pkg", "tree", ""]), ["app"]);
});

test("there is a script for each shell, and no other", async () => {
  for (const shell of ["bash", "fish", "powershell", "zsh"]) {
    const { stdout, code } = await kpt(["completion", shell]);
    assert.equal(code, 0);
    assert.match(stdout, /__complete/);
  }
  assert.equal((await kpt(["completion", "ksh"])).code, 1);
});

test("contexts come from the kubeconfig", async t => {
  const folder = temporary(t, { config: "contexts:\n- name: west\n- name: east\n" });
  const { stdout } = await kpt(["__complete", "--", "live", "status", "--context", ""], {
    env: { KUBECONFIG: join(folder, "config") },
    cwd: repository,
  });
  assert.equal(stdout, "east\nwest\n:nothing\n");
});
