import assert from "node:assert/strict";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseYaml } from "../core/yaml/parse.ts";
import { type InitOptions, initPackage } from "./init.ts";
import { readKptfile } from "./kptfile.ts";

function inFolder(work: (cwd: string) => void): () => void {
  return () => {
    const cwd = realpathSync(mkdtempSync(join(tmpdir(), "kpt-init-")));
    try {
      work(cwd);
    } finally {
      rmSync(cwd, { recursive: true });
    }
  };
}

function init(cwd: string, directory: string, more: Partial<InitOptions> = {}): string[] {
  const lines: string[] = [];
  const report = (line: string): void => void lines.push(line);
  initPackage({ directory, cwd, description: "d", keywords: [], site: "", report, ...more });
  return lines;
}

test(
  "a folder becomes a package once",
  inFolder(cwd => {
    assert.deepEqual(init(cwd, "a/b/"), [
      "creating package directory a/b/",
      "writing a/b/Kptfile",
      "writing a/b/README.md",
      "writing a/b/package-context.yaml",
    ]);
    assert.deepEqual(init(cwd, "a/b"), []);
    assert.equal(readKptfile(join(cwd, "a/b")).name, "b");
  }),
);

test(
  "names and texts that YAML would read as something else stay text",
  inFolder(cwd => {
    init(cwd, "on", { description: "a: b\n# c", keywords: ["yes", "1", "x"], site: "&a" });
    const kptfile = readKptfile(join(cwd, "on"));
    assert.equal(kptfile.name, "on");
    const info = kptfile.root.getIn(["info"])?.toJS();
    assert.deepEqual(JSON.parse(JSON.stringify(info)), {
      site: "&a",
      description: "a: b\n# c",
      keywords: ["yes", "1", "x"],
    });
    assert.match(readFileSync(join(cwd, "on/README.md"), "utf8"), /## Description\na: b\n# c\n/);
    assert.doesNotThrow(() => parseYaml(readFileSync(join(cwd, "on/package-context.yaml"), "utf8")));
  }),
);

test(
  "what is there stays, links too",
  inFolder(cwd => {
    init(cwd, "p");
    rmSync(join(cwd, "p/README.md"));
    symlinkSync(join(cwd, "outside"), join(cwd, "p/README.md"));
    assert.deepEqual(init(cwd, "p"), []);
    assert.deepEqual(readdirSync(cwd), ["p"]);
    writeFileSync(join(cwd, "file"), "");
    assert.throws(() => init(cwd, "file"), { message: '"file" is not a directory' });
    assert.throws(() => init(cwd, "file/below"), { message: "mkdir file/below: not a directory" });
  }),
);
