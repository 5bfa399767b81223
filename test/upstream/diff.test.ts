import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type DiffOptions, diffPackage } from "../../src/upstream/diff.ts";
import { getPackage } from "../../src/upstream/get.ts";
import { World } from "./world.ts";

const configMap = (value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  x: "${value}"\n`;

/** A package `app` that was fetched at v1, with a remote subpackage; upstream has gone on to v2. */
async function withPackage(work: (world: World, directory: string) => Promise<void>): Promise<void> {
  const world = new World();
  try {
    const repo = world.repository("r");
    const pin = `upstream:\n  type: git\n  git:\n    repo: ${repo.address}\n    directory: /lib\n    ref: main\n`;
    const sub = `apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: sub\n${pin}`;
    const state = (value: string): string =>
      repo.commit({ "app/a.yaml": configMap(value), "app/sub/Kptfile": sub, "lib/l.yaml": "l: 1\n" });
    repo.git(["tag", "v1", state("1")]);
    repo.git(["tag", "v2", state("2")]);
    const directory = join(world.work, "app");
    await getPackage({
      upstream: { repo: repo.address, directory: "/app", ref: "v1" },
      updateStrategy: "resource-merge",
      destination: directory,
      fetcher: world.fetcher(),
      signal: new AbortController().signal,
      report: () => {},
      blueprint: true,
    });
    await work(world, directory);
    assert.deepEqual(readdirSync(join(world.root, "tmp")), []);
  } finally {
    world[Symbol.dispose]();
  }
}

async function diff(world: World, directory: string, more: Partial<DiffOptions> = {}): Promise<string> {
  let printed = "";
  await diffPackage({
    directory,
    target: undefined,
    type: "local",
    tool: "diff",
    toolOptions: ["-r"],
    debug: false,
    cwd: world.work,
    env: world.env,
    fetcher: world.fetcher(),
    signal: new AbortController().signal,
    report: () => {},
    print: text => {
      printed += text;
    },
    ...more,
  });
  return printed;
}

test("a fetched package doesn't differ from what was fetched, remote subpackages included", () =>
  withPackage(async (world, directory) => {
    assert.equal(await diff(world, directory), "");
  }));

test("each type of difference names its sides", () =>
  withPackage(async (world, directory) => {
    writeFileSync(join(directory, "mine.txt"), "m\n");
    assert.equal(await diff(world, directory), `Only in ${directory}: mine.txt\n`);
    const remote = await diff(world, directory, { type: "remote", target: "v2" });
    assert.match(remote, /^diff -r remote-v1\/a\.yaml target-v2\/a\.yaml\n/);
    assert.doesNotMatch(remote, /sub|mine/);
    const combined = await diff(world, directory, { type: "combined" });
    assert.match(combined, new RegExp(`^diff -r ${directory}/a.yaml target-main/a.yaml\n`));
    const three = await diff(world, directory, {
      type: "3way",
      target: "refs/tags/v2",
      tool: "echo",
      toolOptions: [],
    });
    assert.equal(three, `${directory} remote-v1 target-v2\n`);
  }));

test("links and pipes of the package are not opened", () =>
  withPackage(async (world, directory) => {
    symlinkSync("/etc/passwd", join(directory, "link.yaml"));
    execFileSync("mkfifo", [join(directory, "pipe.yaml")]);
    mkdirSync(join(directory, ".git"));
    writeFileSync(join(directory, ".git/config"), "x");
    assert.equal(await diff(world, directory), "");
  }));

test("a tool that fails is told from one that finds differences", () =>
  withPackage(async (world, directory) => {
    let printed = "";
    const print = (text: string): void => {
      printed += text;
    };
    const fails = { tool: "sh", toolOptions: ["-c", "echo out; echo err >&2; exit 2"], print };
    await assert.rejects(diff(world, directory, fails), { message: "exit status 2" });
    assert.match(printed, /^err\n\nThe selected diff tool \(sh\) exited with an error\. .*\(local\)/);
    assert.match(printed, /--help\.\nout\n$/);
  }));

test("a package without Kptfile or upstream is refused", () =>
  withPackage(async (world, directory) => {
    const plain = join(world.work, "plain");
    mkdirSync(plain);
    await assert.rejects(diff(world, plain), {
      message: `package missing Kptfile at '${plain}': error reading Kptfile at "${plain}": open ${plain}/Kptfile: no such file or directory`,
    });
    writeFileSync(join(plain, "Kptfile"), "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: x\n");
    await assert.rejects(diff(world, plain), {
      message: `package missing upstream in Kptfile at '${plain}'`,
    });
    await assert.rejects(
      diff(world, directory, { type: "remote", target: "nosuch" }),
      /Unknown ref "nosuch"/,
    );
  }));
