import assert from "node:assert/strict";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type GetOptions, getPackage } from "../../src/upstream/get.ts";
import { setPackageContext } from "../../src/upstream/package-context.ts";
import { type Repository, World } from "./world.ts";

interface Outcome {
  lines: string[];
  files: Map<string, string>;
  fetched: number;
}

/** Gets a package into `work/NAME` and returns what was said and what was written. */
async function get(
  world: World,
  repo: Repository,
  more: Partial<GetOptions> & { directory?: string; name?: string } = {},
): Promise<Outcome> {
  const { directory = "/app", name = "app", ...options } = more;
  const lines: string[] = [];
  const destination = join(world.work, name);
  const fetched = await getPackage({
    upstream: { repo: repo.address, directory, ref: "main" },
    updateStrategy: "resource-merge",
    destination,
    fetcher: world.fetcher(),
    signal: new AbortController().signal,
    report: line => lines.push(line),
    blueprint: true,
    ...options,
  });
  return { lines, files: filesBelow(destination), fetched };
}

function filesBelow(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter(name => lstatSync(join(folder, name)).isFile());
  return new Map(files.map(name => [name, readFileSync(join(folder, name), "utf8")]));
}

function inWorld(work: (world: World) => Promise<void>): () => Promise<void> {
  return async () => {
    const world = new World();
    try {
      await work(world);
      const left = readdirSync(world.work).filter(name => name.startsWith("."));
      assert.deepEqual(left, [], "nothing of ours is left beside the package");
      assert.deepEqual(readdirSync(join(world.root, "tmp")), []);
    } finally {
      world[Symbol.dispose]();
    }
  };
}

const kptfile = (name: string, more = ""): string =>
  `apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: ${name}\n${more}`;

const pin = (repo: Repository, directory: string, ref = "main"): string =>
  `upstream:\n  type: git\n  git:\n    repo: ${repo.address}\n    directory: ${directory}\n    ref: ${ref}\n`;

const configMap = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata: {}\n`;

test(
  "a get writes what upstream has, byte for byte, but for Kptfile and merge comments",
  inWorld(async world => {
    const repo = world.repository("r");
    const odd =
      "\ufeff# head\r\napiVersion: v1\r\nkind: ConfigMap\r\nmetadata:\r\n    name:   a # x\r\n\r\n\r\ndata: {b:   '1'}\r\n";
    const others = {
      "data.json": '{"kind": "ConfigMap", "metadata": {"name": "j"}}',
      "note.txt": "no newline",
      "empty.yaml": "",
      "comments.yaml": "# only\n\n---\n# comments\n",
      "list.yaml": "---\n- a\n-   b\n...\n",
      "values.yaml": "image:\n    tags:\n        - a\n\n",
      "chart.yaml": "{{- if .Values.kind }}\nmetadata: x\n{{- end }}\n",
      "binary.bin": Buffer.from([0, 255, 10, 13]),
      "latin.yaml": Buffer.from("kind: \xe4\nmetadata: {}\n", "latin1"),
      ".github/w.yaml": "on:   push\n",
      ".gitignore": "*.log\n",
      "x.log": "log\n",
    };
    const files = Object.fromEntries(Object.entries(others).map(([path, text]) => [`app/${path}`, text]));
    repo.commit({ ...files, "app/odd.yaml": odd, "app/run.sh": "#!/bin/sh\n" });
    const { files: written, lines } = await get(world, repo);
    for (const [path, content] of Object.entries(others)) {
      assert.deepEqual(readFileSync(join(world.work, "app", path)), Buffer.from(content), path);
    }
    assert.equal(
      written.get("odd.yaml"),
      odd.replace("metadata:\r\n    name:   a # x\r\n", m =>
        m
          .replace("metadata:", "metadata: # kpt-merge: /a")
          .concat(
            "    annotations:\r\n        internal.kpt.dev/upstream-identifier: '|ConfigMap|default|a'\r\n",
          ),
      ),
    );
    assert.equal(statSync(join(world.work, "app/run.sh")).mode & 0o111, 0o111);
    assert.deepEqual(
      lines.filter(line => line.startsWith("[Warn]")).map(line => /"([^"]*)"/.exec(line)?.[1]),
      ["chart.yaml", "latin.yaml"],
    );
  }),
);

test(
  "the Kptfile of upstream keeps its comments and its order",
  inWorld(async world => {
    const repo = world.repository("r");
    const text = `# ours
apiVersion: kpt.dev/v1
kind: Kptfile
metadata:
  name: upstream-name # here
  annotations:
    a: b
pipeline:
  # first
  mutators:
  - image: set-labels:v0.1.5 # pinned
info:
  description: text
`;
    const commit = repo.commit({ "app/Kptfile": text });
    const { files } = await get(world, repo, { name: "mine" });
    assert.equal(
      files.get("Kptfile"),
      text.replace("upstream-name", "mine").replace(
        "pipeline:\n",
        `upstream:
  type: git
  git:
    repo: ${repo.address}
    directory: /app
    ref: main
  updateStrategy: resource-merge
upstreamLock:
  type: git
  git:
    repo: ${repo.address}
    directory: /app
    ref: main
    commit: ${commit}
pipeline:
`,
      ),
    );
  }),
);

test(
  "remote subpackages are fetched, the last first, into one package",
  inWorld(async world => {
    const lib = world.repository("lib");
    lib.commit({
      "db/Kptfile": kptfile("up", "info:\n  site: https://x\n  description: theirs\n"),
      "db/db.yaml": configMap("db"),
      "db/inner/Kptfile": kptfile("inner", pin(lib, "/cache")),
      "cache/c.yaml": configMap("c"),
    });
    const repo = world.repository("r");
    repo.commit({
      "app/Kptfile": kptfile("app"),
      "app/db/Kptfile": kptfile("db", `${pin(lib, "/db")}info:\n  description: pinned # why\n`),
      "app/nested/cache/Kptfile": kptfile("cache", pin(lib, "/cache")),
      "app/local/Kptfile": kptfile("local", "# as it is\n"),
    });
    const { files, lines, fetched } = await get(world, repo);
    assert.equal(fetched, 4);
    assert.deepEqual(
      lines.filter(line => /Package/.test(line)),
      ['Package "app":', '\nPackage "app/nested/cache":', '\nPackage "app/db":', '\nPackage "app/db/inner":'],
    );
    assert.deepEqual(
      [...files.keys()],
      [
        "Kptfile",
        "db/Kptfile",
        "db/db.yaml",
        "db/inner/Kptfile",
        "db/inner/c.yaml",
        "local/Kptfile",
        "nested/cache/Kptfile",
        "nested/cache/c.yaml",
      ],
    );
    const db = files.get("db/Kptfile") ?? "";
    assert.match(db, /name: db\n/);
    assert.match(db, /upstreamLock:\n/);
    assert.match(db, /info:\n {2}site: https:\/\/x\n {2}description: theirs/);
    assert.equal(files.get("local/Kptfile"), kptfile("local", "# as it is\n"));
  }),
);

test(
  "subpackages that contain each other are refused, and nothing is left behind",
  inWorld(async world => {
    const one = world.repository("one");
    const two = world.repository("two");
    one.commit({ "app/Kptfile": kptfile("app"), "app/sub/Kptfile": kptfile("sub", pin(two, "/")) });
    two.commit({ "back/Kptfile": kptfile("back", pin(one, "/app")) });
    await assert.rejects(get(world, one), /package "app\/sub\/back" contains itself/);
    one.commit({ "app/Kptfile": kptfile("app"), "app/self/Kptfile": kptfile("self", pin(one, "/app")) });
    await assert.rejects(get(world, one), /package "app\/self" contains itself/);
    assert.deepEqual(readdirSync(world.work), []);
  }),
);

test(
  "a get that fails leaves nothing behind",
  inWorld(async world => {
    const lib = world.repository("lib");
    lib.commit({ "a.yaml": "a: 1\n" });
    const repo = world.repository("r");
    repo.commit({
      "bad/Kptfile": "apiVersion: kpt.dev/v1alpha1\nkind: Kptfile\n",
      "ref/sub/Kptfile": kptfile("sub", pin(lib, "/", "nosuch")),
      "option/sub/Kptfile": kptfile("sub", pin(lib, "/", "--upload-pack=x")),
      "escape/sub/Kptfile": kptfile("sub", pin(lib, "../..")),
      "nested/sub/Kptfile": kptfile("sub", "pipelne: {}\n"),
    });
    for (const [directory, message] of [
      ["bad", /Kptfile at "file:.*\/r\/bad@main" has an old version \("v1alpha1"\)/],
      ["ref", /Unknown ref "nosuch"/],
      ["option", /must not begin with '-'/],
      ["escape", /must not leave the repository/],
      ["nested", /Kptfile at "app\/sub" can't be read/],
      ["missing", /path "\/missing" does not exist/],
    ] as const) {
      await assert.rejects(get(world, repo, { directory: `/${directory}` }), message);
      assert.deepEqual(readdirSync(world.work), [], directory);
    }
  }),
);

test(
  "into the empty folder where the user stands",
  inWorld(async world => {
    const repo = world.repository("r");
    repo.commit({ "app/a.yaml": configMap("a"), "app/sub/b.yaml": configMap("b") });
    const here = join(world.work, "here");
    mkdirSync(here);
    const before = statSync(here).ino;
    const { files } = await get(world, repo, { name: "here" });
    assert.deepEqual([...files.keys()], ["Kptfile", "a.yaml", "sub/b.yaml"]);
    assert.match(files.get("Kptfile") ?? "", /name: here\n/);
    assert.equal(statSync(here).ino, before);
    mkdirSync(join(world.work, "fails"));
    await assert.rejects(get(world, repo, { name: "fails", directory: "/nosuch" }));
    assert.deepEqual(readdirSync(join(world.work, "fails")), []);
  }),
);

test(
  "what .krmignore hides is copied and not marked, each package by its own",
  inWorld(async world => {
    const repo = world.repository("r");
    repo.commit({
      "app/.krmignore": "ignored.yaml\nskip/\n",
      "app/ignored.yaml": configMap("i"),
      "app/skip/x.yaml": configMap("x"),
      "app/seen.yaml": configMap("s"),
      "app/sub/Kptfile": kptfile("sub"),
      "app/sub/ignored.yaml": configMap("i"),
      "app/bad/Kptfile": kptfile("bad"),
      "app/bad/.krmignore": "[\n",
      "app/bad/a.yaml": configMap("a"),
    });
    const { files, lines } = await get(world, repo);
    const isMarked = (path: string): boolean => files.get(path)?.includes("kpt-merge") ?? false;
    assert.deepEqual(
      ["ignored.yaml", "skip/x.yaml", "seen.yaml", "sub/ignored.yaml", "bad/a.yaml"].map(isMarked),
      [false, false, true, true, true],
    );
    assert.match(lines.join("\n"), /\[Warn\] Ignoring "bad\/\.krmignore"/);
  }),
);

test(
  "links and submodules are named and left out; odd names come through, but not to the terminal",
  inWorld(async world => {
    const repo = world.repository("r");
    const blob = repo.blob("x\n");
    const inner = repo.rawTree([
      { mode: "100644", name: "line\nfeed\u001b[31m.txt", id: blob },
      { mode: "100644", name: "A.txt", id: blob },
      { mode: "100644", name: "a.txt", id: blob },
      { mode: "100644", name: "kptfile", id: blob },
      { mode: "100644", name: "-rf", id: blob },
      { mode: "100644", name: "ends.git", id: blob },
      { mode: "100644", name: "اردو.txt", id: blob },
      { mode: "120000", name: "to-host\u001b[2J", id: repo.blob("->/etc/passwd") },
      { mode: "160000", name: "module", id: "1".repeat(40) },
    ]);
    const commit = repo.git([
      "commit-tree",
      repo.rawTree([{ mode: "40000", name: "app", id: inner }]),
      "-m",
      "x",
    ]);
    repo.git(["update-ref", "refs/heads/main", commit]);
    const { files, lines } = await get(world, repo);
    assert.equal(files.size, 8);
    assert.ok(files.has("line\nfeed\u001b[31m.txt"));
    assert.ok(!existsSync(join(world.work, "app/module")));
    assert.deepEqual(
      lines.filter(line => line.startsWith("[Warn]")),
      ['[Warn] Ignoring submodule "module" ', '[Warn] Ignoring symlink "to-host\\u001b[2J" '],
    );
  }),
);

test(
  "attributes and filters of the repository have no say",
  inWorld(async world => {
    const repo = world.repository("r");
    repo.commit({
      ".gitattributes": "* text eol=crlf\n*.txt export-ignore\n*.sub export-subst\n*.bin filter=lfs\n",
      "app/a.txt": "a\n",
      "app/b.sub": "$Format:%H$\n",
      "app/c.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    });
    const { files } = await get(world, repo);
    assert.equal(files.get("a.txt"), "a\n");
    assert.equal(files.get("b.sub"), "$Format:%H$\n");
    assert.match(files.get("c.bin") ?? "", /^version https/);
  }),
);

test(
  "for deployment the contexts of all packages give way to one",
  inWorld(async world => {
    const repo = world.repository("r");
    const context = configMap("kptfile.kpt.dev");
    repo.commit({
      "app/package-context.yaml": context,
      "app/sub/Kptfile": kptfile("sub"),
      "app/sub/package-context.yaml": context,
      "app/sub/two.yaml": `${configMap("kept")}---\n${context}`,
    });
    const { files } = await get(world, repo, {
      name: "mine",
      customize: staged => assert.deepEqual(setPackageContext(staged, "mine"), []),
    });
    assert.deepEqual([...files.keys()], ["Kptfile", "package-context.yaml", "sub/Kptfile", "sub/two.yaml"]);
    assert.equal(
      files.get("package-context.yaml"),
      `apiVersion: v1
kind: ConfigMap
metadata:
  name: kptfile.kpt.dev
  annotations:
    config.kubernetes.io/local-config: "true"
data:
  name: mine
`,
    );
    assert.match(files.get("sub/two.yaml") ?? "", /name: kept\n/);
    assert.doesNotMatch(files.get("sub/two.yaml") ?? "", /kptfile\.kpt\.dev/);
  }),
);

test(
  "ten thousand files arrive",
  inWorld(async world => {
    const repo = world.repository("r");
    const blob = repo.blob(configMap("a"));
    const tree = (count: number, name: (index: number) => string, mode: string, id: string): string =>
      repo.rawTree(Array.from({ length: count }, (_, index) => ({ mode, name: name(index), id })));
    const inner = tree(100, index => `f${index}.yaml`, "100644", blob);
    const outer = tree(100, index => `d${index}`, "40000", inner);
    repo.git(["update-ref", "refs/heads/main", repo.git(["commit-tree", outer, "-m", "x"])]);
    const { files } = await get(world, repo, { directory: "/" });
    assert.equal(files.size, 10_001);
    assert.match(files.get("d99/f99.yaml") ?? "", /kpt-merge: \/a\n/);
  }),
);

test(
  "several gets of one repository at the same time",
  inWorld(async world => {
    const repo = world.repository("r");
    repo.commit({ "app/a.yaml": configMap("a") });
    const names = ["a", "b", "c", "d", "e"];
    const all = await Promise.all(names.map(name => get(world, repo, { name })));
    for (const { files } of all) assert.equal(files.size, 2);
    const same = await Promise.allSettled([get(world, repo, { name: "x" }), get(world, repo, { name: "x" })]);
    assert.ok(same.some(({ status }) => status === "fulfilled"));
    assert.deepEqual([...filesBelow(join(world.work, "x")).keys()], ["Kptfile", "a.yaml"]);
  }),
);
