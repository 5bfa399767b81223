import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { chooseDestination } from "./destination.ts";

const address = { repo: "https://host/o/pkgs", directory: "/apps/web" };

function inFolder(work: (cwd: string) => void): () => void {
  return () => {
    const cwd = realpathSync(mkdtempSync(join(tmpdir(), "kpt-dest-")));
    try {
      work(cwd);
    } finally {
      rmSync(cwd, { recursive: true });
    }
  };
}

test(
  "where a package goes",
  inFolder(cwd => {
    mkdirSync(join(cwd, "have/web"), { recursive: true });
    mkdirSync(join(cwd, "empty"));
    writeFileSync(join(cwd, "file"), "");
    symlinkSync("empty", join(cwd, "link"));
    symlinkSync("nowhere", join(cwd, "dangling"));
    const to = (typed?: string, from = address): string => chooseDestination(typed, from, cwd).folder;
    assert.equal(to(), join(cwd, "web"));
    assert.equal(to(undefined, { repo: "https://host/o/pkgs", directory: "/" }), join(cwd, "pkgs"));
    assert.equal(to(undefined, { repo: "git@host:pkgs", directory: "/" }), join(cwd, "pkgs"));
    assert.equal(to("new"), join(cwd, "new"));
    assert.equal(to("./new/"), join(cwd, "new"));
    assert.equal(to("empty"), join(cwd, "empty/web"));
    assert.equal(to(join(cwd, "empty")), join(cwd, "empty/web"));
    assert.equal(chooseDestination(".", address, join(cwd, "empty")).folder, join(cwd, "empty"));
    const throughLink = chooseDestination("link", address, cwd);
    assert.equal(throughLink.folder, join(cwd, "empty/web"));
    assert.equal(
      throughLink.warning,
      '[WARN] resolved symlink "link" to "empty", please note that the symlinks within the package are ignored',
    );
    const refused: readonly [typed: string, message: string][] = [
      [".", "destination directory already exists"],
      ["have", 'destination directory "have/web" already exists'],
      ["file", "LOCAL_PKG_DEST must be a directory"],
      ["file/below", 'parent directory "file" is not a directory'],
      ["nope/app", 'parent directory "nope" does not exist'],
      ["dangling", 'destination "dangling" is a link that leads nowhere'],
    ];
    for (const [typed, message] of refused) assert.throws(() => to(typed), { message }, typed);
    mkdirSync(join(cwd, "web"));
    assert.throws(() => to(), { message: 'destination directory "web" already exists' });
  }),
);
