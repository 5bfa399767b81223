import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { lockOf, type UpstreamTree } from "../../src/upstream/fetch.ts";
import { World } from "./world.ts";

function paths(tree: UpstreamTree): string[] {
  return tree.files.map(({ path }) => path);
}

function withWorld(work: (world: World) => Promise<void>): () => Promise<void> {
  return async () => {
    const world = new World();
    try {
      await work(world);
    } finally {
      world[Symbol.dispose]();
    }
  };
}

const files = {
  "app/a.yaml": "a: 1\n",
  "app/run.sh": "#!/bin/sh\n",
  "app/sub/b.yaml": "b: 1\n",
  "app/link": "->a.yaml",
  "other/big.txt": "x".repeat(1000),
};

test(
  "a directory is fetched with its programs, links are named and left out",
  withWorld(async world => {
    const repo = world.repository("r");
    const commit = repo.commit(files);
    const tree = await world.fetcher().fetch({ repo: repo.address, directory: "/app", ref: "main" });
    assert.deepEqual(paths(tree), ["a.yaml", "run.sh", "sub/b.yaml"]);
    assert.deepEqual(
      tree.files.map(({ executable }) => executable),
      [false, true, false],
    );
    assert.deepEqual(tree.ignored, [{ path: "link", kind: "symlink" }]);
    assert.deepEqual(lockOf(tree), { repo: repo.address, directory: "/app", ref: "main", commit });
  }),
);

test(
  "files of other directories are not transferred, and come when they are asked for",
  withWorld(async world => {
    const repo = world.repository("r");
    repo.commit(files);
    const big = repo.git(["rev-parse", "main:other/big.txt"]);
    await world.fetcher().fetch({ repo: repo.address, directory: "/app", ref: "main" });
    const cache = join(world.root, "home/.kpt/repos");
    const [folder = ""] = readdirSync(cache);
    const holds = (): string =>
      world.git(join(cache, folder), ["rev-list", "--objects", "--missing=print", "--all"]);
    assert.match(holds(), new RegExp(`\\?${big}`));
    const tree = await world.fetcher().fetch({ repo: repo.address, directory: "/other", ref: "main" });
    assert.equal(tree.files[0]?.content.length, 1000);
    assert.doesNotMatch(holds(), /\?/);
  }),
);

test(
  "a server that can't filter gives the same files",
  withWorld(async world => {
    const repo = world.repository("r");
    repo.git(["config", "uploadpack.allowFilter", "false"]);
    repo.commit(files);
    const tree = await world.fetcher().fetch({ repo: repo.address, directory: "/app", ref: "main" });
    assert.deepEqual(paths(tree), ["a.yaml", "run.sh", "sub/b.yaml"]);
  }),
);

test(
  "annotated tags, package tags, branches with slashes and full names are found; the commit is locked",
  withWorld(async world => {
    const repo = world.repository("r");
    const commit = repo.commit(files);
    repo.git(["branch", "rel/one", commit]);
    repo.git(["tag", "-a", "-m", "t", "app/v1", commit]);
    repo.git(["tag", "-a", "-m", "t", "v2", commit]);
    repo.git(["update-ref", "refs/pull/7/head", commit]);
    const fetcher = world.fetcher();
    for (const [ref, name] of [
      ["v1", "app/v1"],
      ["v2", "v2"],
      ["refs/tags/v2", "refs/tags/v2"],
      ["rel/one", "rel/one"],
      ["refs/heads/rel/one", "refs/heads/rel/one"],
      ["refs/pull/7/head", "refs/pull/7/head"],
      ["HEAD", "HEAD"],
      [commit, commit],
    ] as const) {
      const tree = await fetcher.fetch({ repo: repo.address, directory: "/app/sub", ref });
      assert.deepEqual([tree.ref.name, tree.ref.commit], [name, commit], ref);
      assert.deepEqual(paths(tree), ["b.yaml"]);
    }
    assert.equal(await fetcher.defaultBranch(repo.address), "main");
  }),
);

test(
  "repositories with long object ids are served from a cache of their own",
  withWorld(async world => {
    const folder = join(world.root, "long");
    world.git(world.root, ["init", "-q", "--object-format=sha256", "-b", "main", folder]);
    writeFileSync(join(folder, "a.yaml"), "a: 1\n");
    world.git(folder, ["add", "-A"]);
    world.git(folder, ["commit", "-q", "-m", "x"]);
    const commit = world.git(folder, ["rev-parse", "HEAD"]);
    const tree = await world.fetcher().fetch({ repo: `file://${folder}`, directory: "/", ref: "main" });
    assert.deepEqual([tree.ref.commit, paths(tree)], [commit, ["a.yaml"]]);
    assert.equal(commit.length, 64);
  }),
);

test(
  "a range of versions stands for the highest tag, the package's own before the repository's",
  withWorld(async world => {
    const repo = world.repository("r");
    const commit = repo.commit(files);
    for (const tag of ["v1.0.0", "v1.9", "v2.0.0", "app/v1.2.0", "app/v1.10.0", "app/v2.0.0-rc.1", "junk"]) {
      repo.git(["tag", tag, commit]);
    }
    const fetcher = world.fetcher();
    for (const [ref, directory, tag] of [
      ["^1.0", "/app", "app/v1.10.0"],
      ["~1.2", "/app", "app/v1.2.0"],
      ["1.x", "/other", "v1.9"],
      [">=1 <3", "/other", "v2.0.0"],
      ["^2", "/app", "v2.0.0"],
    ] as const) {
      const resolved = await fetcher.resolve({ repo: repo.address, directory, ref });
      assert.equal(resolved.name, tag, ref);
    }
    await assert.rejects(
      fetcher.resolve({ repo: repo.address, directory: "/app", ref: "^3" }),
      /Unknown ref/,
    );
    await assert.rejects(
      fetcher.resolve({ repo: repo.address, directory: "/app", ref: "=x=" }),
      /Unknown ref/,
    );
  }),
);

test(
  "a commit behind the branches is found by its id and by the beginning of it",
  withWorld(async world => {
    const repo = world.repository("r");
    const old = repo.commit({ "a.yaml": "old" });
    const parent = repo.git(["commit-tree", `${old}^{tree}`, "-p", old, "-m", "new"]);
    repo.git(["update-ref", "refs/heads/main", parent]);
    await world.fetcher().fetch({ repo: repo.address, directory: "/", ref: "main" });
    const short = await world.fetcher().fetch({ repo: repo.address, directory: "/", ref: old.slice(0, 8) });
    assert.equal(short.ref.commit, old);
    rmSync(join(world.root, "home"), { recursive: true });
    const full = await world.fetcher().fetch({ repo: repo.address, directory: "/", ref: old });
    assert.equal(full.ref.commit, old);
  }),
);

test(
  "a commit in the cache needs no repository any more",
  withWorld(async world => {
    const repo = world.repository("r");
    const commit = repo.commit(files);
    await world.fetcher().fetch({ repo: repo.address, directory: "/app", ref: "main" });
    rmSync(repo.folder, { recursive: true });
    const tree = await world.fetcher().fetch({ repo: repo.address, directory: "/app", ref: commit });
    assert.equal(tree.transferred, false);
    assert.equal(paths(tree).length, 3);
  }),
);

test(
  "a damaged cache is thrown away and filled again",
  withWorld(async world => {
    const repo = world.repository("r");
    repo.commit(files);
    const upstream = { repo: repo.address, directory: "/app", ref: "main" };
    const cache = join(world.root, "home/.kpt/repos");
    const damage: ((folder: string) => void)[] = [
      folder => rmSync(join(folder, "objects"), { recursive: true }),
      folder => writeFileSync(join(folder, "config"), "[broken"),
      folder => rmSync(join(folder, "HEAD")),
      folder => {
        for (const name of readdirSync(join(folder, "objects/pack"))) {
          if (!name.endsWith(".pack")) continue;
          rmSync(join(folder, "objects/pack", name.replace(".pack", ".idx")));
          truncateSync(join(folder, "objects/pack", name), 40);
        }
      },
    ];
    for (const [index, harm] of damage.entries()) {
      await world.fetcher().fetch(upstream);
      harm(join(cache, readdirSync(cache)[0] ?? ""));
      const tree = await world.fetcher().fetch(upstream);
      assert.equal(paths(tree).length, 3, `damage ${index}`);
    }
  }),
);

test(
  "repositories that nobody has used for months leave the cache",
  withWorld(async world => {
    const [old, fresh] = [world.repository("old"), world.repository("fresh")];
    old.commit(files);
    fresh.commit(files);
    await world.fetcher().fetch({ repo: old.address, directory: "/app", ref: "main" });
    const cache = join(world.root, "home/.kpt/repos");
    const [folder = ""] = readdirSync(cache);
    utimesSync(join(cache, folder), new Date(0), new Date(0));
    await world.fetcher().fetch({ repo: fresh.address, directory: "/app", ref: "main" });
    assert.equal(readdirSync(cache).length, 1);
    assert.ok(!readdirSync(cache).includes(folder));
  }),
);

test(
  "many fetches of one repository at once get on with each other",
  withWorld(async world => {
    const repo = world.repository("r");
    const refs = Array.from({ length: 6 }, (_, index) => {
      repo.commit({ ...files, "app/a.yaml": `a: ${index}\n` }, `b${index}`);
      return `b${index}`;
    });
    const trees = await Promise.all(
      refs.flatMap(ref => {
        const upstream = { repo: repo.address, directory: "/app", ref };
        return [world.fetcher().fetch(upstream), world.fetcher().fetch(upstream)];
      }),
    );
    assert.equal(trees.length, 12);
    assert.deepEqual(readdirSync(join(world.root, "home/.kpt/repos")).length, 1, "no lock is left");
  }),
);

test(
  "what is wrong is said in the user's words",
  withWorld(async world => {
    const repo = world.repository("r");
    repo.commit(files);
    const empty = world.repository("empty");
    const fetch = (repo: string, directory: string, ref: string): Promise<UpstreamTree> =>
      world.fetcher().fetch({ repo, directory, ref });
    const at = repo.address;
    await assert.rejects(fetch(at, "/app", "mai"), /^KptError: Unknown ref "mai".*similar names: main/s);
    await assert.rejects(fetch(at, "/app", "0123abcd"), /Unknown ref "0123abcd"/);
    await assert.rejects(fetch(at, "/app", "f".repeat(40)), /Unknown ref "f{40}"/);
    await assert.rejects(fetch(at, "/nosuch", "main"), /path "\/nosuch" does not exist in repo/);
    await assert.rejects(fetch(at, "/app/a.yaml", "main"), /path "\/app\/a.yaml" does not exist in repo/);
    await assert.rejects(fetch(at, "/app/link", "main"), /does not exist in repo/);
    await assert.rejects(
      fetch(`${at}-missing`, "/", "main"),
      /Failed to execute git command "git ls-remote --heads/,
    );
    await assert.rejects(fetch(empty.address, "/", "main"), /Unknown ref "main"/);
    await assert.rejects(world.fetcher().defaultBranch(empty.address), /has no default branch/);
    await assert.rejects(fetch("https://name:secret@host.invalid/r", "/", "main"), (error: Error) => {
      assert.match(error.message, /Unable to access repository "https:\/\/\*\*\*@host.invalid\/r"/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  }),
);

test(
  "options, transports and directories that would leave the repository are refused",
  withWorld(async world => {
    const repo = world.repository("r");
    repo.commit(files);
    const fetch = (repo: string, directory: string, ref: string): Promise<UpstreamTree> =>
      world.fetcher().fetch({ repo, directory, ref });
    await assert.rejects(fetch("--upload-pack=touch x", "/", "main"), /must not begin with '-'/);
    await assert.rejects(fetch(repo.address, "/", "--output=x"), /must not begin with '-'/);
    await assert.rejects(fetch("ext::sh -c touch% x", "/", "main"), /transport "ext" is not allowed/);
    await assert.rejects(fetch("fd::17", "/", "main"), /transport "fd" is not allowed/);
    await assert.rejects(fetch(repo.address, "../..", "main"), /must not leave the repository/);
    await assert.rejects(fetch(repo.address, "/app", "main\nx"), /must not contain control characters/);
    await assert.rejects(fetch(repo.address, "/app", "main^{/x}"), /Unknown ref/);
  }),
);

test(
  "repositories made to do harm are refused",
  withWorld(async world => {
    const repo = world.repository("r");
    const blob = repo.blob("x");
    const inner = repo.rawTree([{ mode: "100644", name: "hooks", id: blob }]);
    const broken: Record<string, string> = {
      dotdot: repo.rawTree([{ mode: "40000", name: "..", id: inner }]),
      git: repo.rawTree([{ mode: "40000", name: ".GIT", id: inner }]),
      slash: repo.rawTree([{ mode: "100644", name: "../../x", id: blob }]),
      latin: repo.rawTree([{ mode: "100644", name: "a", id: blob }]),
    };
    for (const [name, tree] of Object.entries(broken)) {
      if (name === "latin") continue;
      const commit = repo.git(["commit-tree", tree, "-m", "x"]);
      repo.git(["update-ref", `refs/heads/${name}`, commit]);
      const fetch = world.fetcher().fetch({ repo: repo.address, directory: "/", ref: name });
      await assert.rejects(fetch, /path ".*" (leaves the package|belongs to git)|impossible path/, name);
    }
    let bomb = repo.rawTree([{ mode: "100644", name: "f", id: blob }]);
    for (let level = 0; level < 8; level++) {
      bomb = repo.rawTree(Array.from({ length: 10 }, (_, i) => ({ mode: "40000", name: `d${i}`, id: bomb })));
    }
    repo.git(["update-ref", "refs/heads/bomb", repo.git(["commit-tree", bomb, "-m", "x"])]);
    await assert.rejects(
      world.fetcher().fetch({ repo: repo.address, directory: "/", ref: "bomb" }),
      /more than 250000 files/,
    );
  }),
);

test(
  "a repository with a damaged object is reported, and a whole one can be fetched afterwards",
  withWorld(async world => {
    const repo = world.repository("r");
    repo.commit(files);
    for (const object of ["main:app/a.yaml", "main:app", "main"]) {
      const id = repo.git(["rev-parse", object]);
      const path = join(repo.folder, "objects", id.slice(0, 2), id.slice(2));
      const whole = readFileSync(path);
      chmodSync(path, 0o644);
      writeFileSync(path, whole.subarray(0, whole.length >> 1));
      const upstream = { repo: repo.address, directory: "/app", ref: "main" };
      await assert.rejects(world.fetcher().fetch(upstream), /Failed to execute git command/, object);
      writeFileSync(path, whole);
      assert.equal(paths(await world.fetcher().fetch(upstream)).length, 3, object);
      rmSync(join(world.root, "home"), { recursive: true });
    }
  }),
);

test(
  "a cache that can't be used is named, with the way out",
  withWorld(async world => {
    const repo = world.repository("r");
    repo.commit(files);
    const file = join(world.root, "file");
    writeFileSync(file, "");
    const upstream = { repo: repo.address, directory: "/app", ref: "main" };
    const env = { ...world.env, KPT_CACHE_DIR: join(file, "cache") };
    await assert.rejects(world.fetcher({ env }).fetch(upstream), {
      message: `cannot use the repository cache ${JSON.stringify(join(file, "cache"))}: not a directory`,
      hint: "set KPT_CACHE_DIR to a folder that can be written",
    });
    const homeless = { ...world.env, HOME: undefined };
    await assert.rejects(world.fetcher({ env: homeless }).fetch(upstream), {
      message: "error looking up user home dir: $HOME is not defined",
    });
    const pathless = { ...world.env, PATH: world.root };
    await assert.rejects(world.fetcher({ env: pathless }).fetch(upstream), {
      message: "kpt requires that `git` is installed and on the PATH",
      label: "none",
    });
  }),
);

test(
  "variables of a hook that calls us don't reach git, nor do hooks and templates run",
  withWorld(async world => {
    const repo = world.repository("r");
    const commit = repo.commit(files);
    const callers = world.repository("callers");
    const mark = join(world.root, "mark");
    writeFileSync(join(world.root, "hook"), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
    const env = {
      ...world.env,
      GIT_DIR: callers.folder,
      GIT_WORK_TREE: world.work,
      GIT_INDEX_FILE: join(world.root, "index"),
      GIT_OBJECT_DIRECTORY: join(world.root, "objects"),
      GIT_CONFIG_PARAMETERS: `'core.hookspath'='${world.root}'`,
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "core.fsmonitor",
      GIT_CONFIG_VALUE_0: join(world.root, "hook"),
    };
    const tree = await world.fetcher({ env }).fetch({ repo: repo.address, directory: "/app", ref: "main" });
    assert.equal(tree.ref.commit, commit);
    assert.equal(callers.git(["count-objects"]), "0 objects, 0 kilobytes");
    assert.ok(!existsSync(mark));
  }),
);

test(
  "an aborted fetch ends, and the next one works",
  withWorld(async world => {
    const repo = world.repository("r");
    repo.commit(files);
    const upstream = { repo: repo.address, directory: "/app", ref: "main" };
    const controller = new AbortController();
    const fetch = world.fetcher({ signal: controller.signal }).fetch(upstream);
    setImmediate(() => controller.abort());
    await assert.rejects(fetch, { code: "ABORTED" });
    assert.equal(paths(await world.fetcher().fetch(upstream)).length, 3);
  }),
);
