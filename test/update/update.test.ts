import assert from "node:assert/strict";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { KptError } from "../../src/core/error.ts";
import { configMap, FetchedPackage, kptfile } from "./package.ts";

type Files = Record<string, string>;

function updating(name: string, files: Files, work: (pkg: FetchedPackage) => Promise<void>): void {
  test(name, async () => {
    const pkg = await FetchedPackage.get(files);
    try {
      await work(pkg);
    } finally {
      pkg[Symbol.dispose]();
    }
  });
}

async function refused(pkg: FetchedPackage, check: (error: KptError) => boolean, more = {}): Promise<void> {
  const before = pkg.files();
  await assert.rejects(pkg.update(more), (error: unknown) => error instanceof KptError && check(error));
  assert.deepEqual(pkg.files(), before);
}

const app = {
  Kptfile: kptfile("app"),
  "a.yaml": configMap("a", "x: old", "y: old"),
  "gone.yaml": configMap("gone", "x: old"),
};

updating("a hand edit stays, upstream's changes come, what upstream removed goes", app, async pkg => {
  pkg.edit("a.yaml", "y: old", "y: mine   # why");
  pkg.publish({
    Kptfile: app.Kptfile,
    "a.yaml": configMap("a", "x: new", "y: old"),
    "b.yaml": configMap("b", "z: 1"),
  });
  const { decisions } = await pkg.update();
  assert.match(pkg.read("a.yaml"), / {2}x: new\n {2}y: mine {3}# why\n$/);
  assert.match(pkg.read("b.yaml"), /metadata: # kpt-merge: \/b\n/);
  assert(!existsSync(join(pkg.folder, "gone.yaml")));
  assert.deepEqual(
    decisions.filter(({ conflict }) => conflict),
    [],
  );
});

updating("an update to the same commit changes no byte", app, async pkg => {
  pkg.edit("a.yaml", "x: old", "x:    'mine' # odd spacing");
  pkg.write("mine.yaml", configMap("mine", "a: null"));
  const before = pkg.files();
  await pkg.update();
  assert.deepEqual(pkg.files(), before);
});

updating("comments and order of the Kptfile stay", app, async pkg => {
  pkg.edit("Kptfile", "upstream:", "# where it comes from\nupstream:");
  pkg.write("Kptfile", `${pkg.read("Kptfile")}info:\n  # ours\n  site: https://here\n`);
  pkg.publish({ ...app, Kptfile: kptfile("app", "info:\n  description: new\n") });
  await pkg.update();
  const text = pkg.read("Kptfile");
  assert.match(text, /# where it comes from\nupstream:/);
  assert.match(text, /info:\n {2}# ours\n {2}site: https:\/\/here\n {2}description: new\n$/);
});

updating(
  "functions that run the same keep what was added to each",
  {
    Kptfile: kptfile(
      "app",
      "pipeline:\n  mutators:\n    - image: host:5000/fn:v1\n      configMap:\n        a: one\n    - image: host:5000/fn:v1\n      configMap:\n        b: one\n",
    ),
  },
  async pkg => {
    pkg.edit("Kptfile", "b: one", "b: one\n        mine: yes-please");
    pkg.publish({
      Kptfile: pkg.repo
        .git(["show", "main:app/Kptfile"])
        .replaceAll("fn:v1", "fn:v2")
        .replace("a: one", "a: two"),
    });
    await pkg.update();
    assert.match(
      pkg.read("Kptfile"),
      /fn:v2\n {6}configMap:\n {8}a: two\n {4}- image: host:5000\/fn:v2\n {6}configMap:\n {8}b: one\n {8}mine: yes-please\n/,
    );
  },
);

updating("conflicts: upstream wins, and the record says where", app, async pkg => {
  pkg.edit("a.yaml", "x: old", "x: mine");
  pkg.publish({ ...app, "a.yaml": configMap("a", "x: new", "y: old") });
  const { decisions } = await pkg.plan();
  const [conflict, ...others] = decisions.filter(decision => decision.conflict);
  assert.deepEqual(others, []);
  assert.deepEqual(conflict, {
    file: "a.yaml",
    line: 8,
    object: "ConfigMap a",
    kind: "ConfigMap",
    field: "data.x",
    base: "old",
    local: "mine",
    upstream: "new",
    taken: "upstream",
    conflict: true,
  });
  await pkg.update({ onConflict: "local" });
  assert.match(pkg.read("a.yaml"), /x: mine/);
});

updating("a plan writes nothing", app, async pkg => {
  pkg.publish({ Kptfile: app.Kptfile });
  const before = pkg.files();
  const { draft } = await pkg.plan();
  assert.equal(draft.changes().filter(({ content }) => content === undefined).length, 2);
  assert.deepEqual(pkg.files(), before);
});

updating("what fails leaves the package as it was", app, async pkg => {
  pkg.publish({ ...app, "a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: text\n" });
  await refused(pkg, error =>
    error.message.startsWith("wrong node kind: expected MappingNode but got ScalarNode"),
  );
  await refused(pkg, error => error.message.startsWith('Unknown ref "nosuch"'), { ref: "nosuch" });
  pkg.edit("a.yaml", "x: old", "x: mine");
  await refused(pkg, error => error.message.startsWith("local package files have been modified: [a.yaml]"), {
    strategy: "fast-forward",
  });
  pkg.write("a.yaml", "a: [\n");
  await refused(pkg, error => error.code === "YAML_SYNTAX" && error.place?.file === "a.yaml");
});

updating(
  "a file that is no YAML upstream is merged as text",
  {
    Kptfile: app.Kptfile,
    "templates/a.yaml": "a: {{ .x }}\nb: 1\nc: 1\nd: 1\ne: 1\n",
  },
  async pkg => {
    pkg.edit("templates/a.yaml", "e: 1", "e: mine");
    pkg.publish({ Kptfile: app.Kptfile, "templates/a.yaml": "a: {{ .y }}\nb: 1\nc: 1\nd: 1\ne: 1\n" });
    await pkg.update();
    assert.equal(pkg.read("templates/a.yaml"), "a: {{ .y }}\nb: 1\nc: 1\nd: 1\ne: mine\n");
  },
);

updating(
  "other files: one side's change is taken, both are merged by lines, contradictions stay local",
  {
    Kptfile: app.Kptfile,
    ".gitignore": "a\n",
    "both.txt": "1\n2\n3\n4\n5\n",
    "clash.txt": "1\n",
    "left.txt": "1\n",
  },
  async pkg => {
    pkg.edit("both.txt", "5", "mine");
    pkg.edit("clash.txt", "1", "mine");
    pkg.remove("left.txt");
    pkg.publish({
      Kptfile: app.Kptfile,
      ".gitignore": "b\n",
      "both.txt": "new\n2\n3\n4\n5\n",
      "clash.txt": "new\n",
      "left.txt": "1\n",
    });
    const { decisions } = await pkg.update();
    assert.equal(pkg.read(".gitignore"), "b\n");
    assert.equal(pkg.read("both.txt"), "new\n2\n3\n4\nmine\n");
    assert.equal(pkg.read("clash.txt"), "mine\n");
    assert(!existsSync(join(pkg.folder, "left.txt")));
    assert.deepEqual(
      decisions.filter(({ conflict }) => conflict).map(({ file }) => file),
      ["clash.txt"],
    );
  },
);

updating("a resource that was moved here gets upstream's changes where it is now", app, async pkg => {
  pkg.write("sub/moved.yaml", pkg.read("a.yaml"));
  pkg.remove("a.yaml");
  pkg.publish({ ...app, "a.yaml": configMap("a", "x: new", "y: old") });
  await pkg.update();
  assert(!existsSync(join(pkg.folder, "a.yaml")));
  assert.match(pkg.read("sub/moved.yaml"), /x: new/);
});

const withFiles = {
  ...app,
  "docs/how.md": "one\ntwo\nthree\n",
  "run.sh": "#!/bin/sh\necho a\n",
  "a/LICENSE": "terms\n",
  "b/LICENSE": "terms\n",
};

updating(
  "files without resources are followed where their content says which they are",
  withFiles,
  async pkg => {
    const { "docs/how.md": how, "run.sh": script, "a/LICENSE": license, ...rest } = withFiles;
    pkg.edit("docs/how.md", "two", "TWO");
    pkg.remove("run.sh");
    pkg.write("bin/go", script);
    pkg.publish({ ...rest, "doc/guide.md": how, "run.sh": `${script}echo b\n`, "c/LICENSE": license });
    const { decisions } = await pkg.update();
    const files = pkg.files();
    assert.equal(files.get("doc/guide.md"), "one\nTWO\nthree\n", "upstream's move, our change");
    assert.equal(files.get("bin/go"), `${script}echo b\n`, "our move, upstream's change");
    assert.deepEqual(
      [...files.keys()].filter(path => /how|run|a\/LICENSE/.test(path)),
      [],
    );
    assert.ok(files.has("b/LICENSE") && files.has("c/LICENSE"));
    assert.ok(decisions.every(({ conflict }) => !conflict));
    assert.ok(
      decisions.some(({ file, note }) => file === "doc/guide.md" && note === "moved from docs/how.md"),
    );
  },
);

updating("a file that could have come from two is added, not moved", withFiles, async pkg => {
  const { "a/LICENSE": license, "b/LICENSE": _, ...rest } = withFiles;
  pkg.edit("a/LICENSE", "terms", "my terms");
  pkg.publish({ ...rest, "c/LICENSE": license });
  await pkg.update();
  assert.equal(pkg.read("a/LICENSE"), "my terms\n");
  assert.equal(pkg.read("c/LICENSE"), "terms\n");
});

updating(
  "folders become files and files folders where nothing of ours is in the way",
  withFiles,
  async pkg => {
    const { "docs/how.md": how, "run.sh": _, ...rest } = withFiles;
    pkg.publish({ ...rest, docs: how, "run.sh/run": "#!/bin/sh\n" });
    await pkg.update();
    assert.equal(pkg.read("docs"), how);
    assert.equal(pkg.read("run.sh/run"), "#!/bin/sh\n");
  },
);

updating("a folder with a file of ours doesn't become a file", withFiles, async pkg => {
  const { "docs/how.md": how, ...rest } = withFiles;
  pkg.write("docs/mine.md", "mine\n");
  pkg.publish({ ...rest, docs: how });
  const before = pkg.files();
  await assert.rejects(pkg.update(), /"docs" is a folder here and a file upstream/);
  assert.deepEqual(pkg.files(), before);
});

const many = Object.fromEntries(
  Array.from({ length: 450 }, (_, i) => [`cm-${i}.yaml`, configMap(`cm-${i}`, "a: 1")]),
);

updating("a long merge says how far it is", { Kptfile: kptfile("app"), ...many }, async pkg => {
  pkg.publish({ Kptfile: kptfile("app"), ...many, "cm-0.yaml": configMap("cm-0", "a: 2") });
  const lines: string[] = [];
  await pkg.update({ progress: line => lines.push(line) });
  assert.deepEqual(lines, ["Merging: 44% (200/450 files)", "Merging: 88% (400/450 files)"]);
});

updating("a resource that upstream moved takes the local changes along", app, async pkg => {
  pkg.edit("a.yaml", "y: old", "y: mine # why");
  pkg.publish({
    Kptfile: app.Kptfile,
    "gone.yaml": app["gone.yaml"],
    "dir/new.yaml": configMap("a", "x: new", "y: old"),
  });
  await pkg.update();
  assert(!existsSync(join(pkg.folder, "a.yaml")));
  assert.match(pkg.read("dir/new.yaml"), /x: new\n {2}y: mine # why\n$/);
});

const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.example.com
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                parts:
                  type: array
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [id]
                  items:
                    type: object
                    properties:
                      id: {type: string}
                      n: {type: integer}
`;
const widget = (...parts: string[]): string =>
  `apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: w\nspec:\n  parts:\n${parts.map(part => `    - ${part}\n`).join("")}`;

updating(
  "lists of custom resources are merged by the keys of the definition in the package",
  {
    Kptfile: app.Kptfile,
    "crd.yaml": crd,
    "w.yaml": widget("{id: a, n: 1}"),
  },
  async pkg => {
    pkg.edit("w.yaml", "    - {id: a, n: 1}", "    - {id: mine, n: 1}\n    - {id: a, n: 1}");
    pkg.publish({
      Kptfile: app.Kptfile,
      "crd.yaml": crd,
      "w.yaml": widget("{id: a, n: 2}", "{id: b, n: 1}"),
    });
    await pkg.update();
    assert.match(pkg.read("w.yaml"), /- \{id: mine, n: 1\}\n {4}- \{id: a, n: 2\}\n {4}- id: b\n {6}n: 1\n$/);
  },
);

updating("hostile directories and addresses in a Kptfile are refused", app, async pkg => {
  const text = pkg.read("Kptfile");
  for (const [old, bad] of [
    ["directory: /app", "directory: ../.."],
    ["repo: file://", "repo: ext::sh -c true #"],
    ["ref: main", "ref: --upload-pack=true"],
  ] as const) {
    pkg.write("Kptfile", text.replaceAll(old, bad));
    await refused(pkg, error => error.code === "UPSTREAM_INVALID" || error.code === "GIT_FAILED");
  }
});

updating("links in the package are neither followed nor replaced", app, async pkg => {
  const outside = join(pkg.world.root, "outside.yaml");
  writeFileSync(outside, app["a.yaml"]);
  pkg.remove("a.yaml");
  symlinkSync(outside, join(pkg.folder, "a.yaml"));
  pkg.publish({
    ...app,
    "a.yaml": configMap("a", "x: new", "y: old"),
    "gone.yaml": configMap("gone", "x: new"),
  });
  await pkg.update();
  assert.equal(pkg.read("a.yaml"), app["a.yaml"]);
  assert.match(pkg.read("gone.yaml"), /x: new/);
});

const remote = (pkg: { repo: { address: string } }, directory: string): string =>
  kptfile(
    "sub",
    `upstream:\n  type: git\n  git:\n    repo: ${pkg.repo.address}\n    directory: ${directory}\n    ref: main\n`,
  );

updating("a package that contains itself is refused", app, async pkg => {
  pkg.publish({ ...app, "sub/Kptfile": remote(pkg, "/app") });
  await refused(pkg, error => error.message.includes("contains itself"));
});

updating(
  "a remote package in a local one is fetched, updated, and goes when upstream drops it",
  app,
  async pkg => {
    const lib = (x: string): Files => ({ "lib/db.yaml": configMap("db", `x: ${x}`) });
    const local = { "app/Kptfile": app.Kptfile, "app/in/Kptfile": kptfile("in") };
    const declared = { ...local, "app/in/sub/Kptfile": remote(pkg, "/lib") };
    pkg.repo.commit({ ...declared, ...lib("one") });
    await pkg.update();
    assert.match(pkg.read("in/sub/db.yaml"), /x: one/);
    pkg.repo.commit({ ...declared, ...lib("two") });
    assert.equal((await pkg.update()).updated, 2);
    assert.match(pkg.read("in/sub/db.yaml"), /x: two/);
    pkg.repo.commit({ ...local, ...lib("two") });
    await pkg.update();
    assert(!existsSync(join(pkg.folder, "in/sub")));
    assert(pkg.lines.includes('Deleting package "sub" from local since it is removed in upstream.'));
  },
);

updating("a remote package that upstream drops stays if it was changed here", app, async pkg => {
  const lib = { "lib/db.yaml": configMap("db", "x: one") };
  pkg.repo.commit({ "app/Kptfile": app.Kptfile, "app/sub/Kptfile": remote(pkg, "/lib"), ...lib });
  await pkg.update();
  pkg.edit("sub/db.yaml", "x: one", "x: mine");
  pkg.repo.commit({ "app/Kptfile": app.Kptfile, ...lib });
  await pkg.update();
  assert.match(pkg.read("sub/db.yaml"), /x: mine/);
});

const account = (blueprint: string): string =>
  `apiVersion: iam.cnrm.cloud.google.com/v1beta1\nkind: IAMServiceAccount\nmetadata:\n  name: sa\n  annotations:\n    cnrm.cloud.google.com/blueprint: ${blueprint}\n    a: b\n`;

updating(
  "attribution of Config Connector resources stays, without a conflict",
  { Kptfile: kptfile("app"), "sa.yaml": account("cnrm/zone/v1") },
  async pkg => {
    const attributed = /blueprint: '?cnrm\/zone\/v1,krm-pkg'?\n/;
    assert.match(pkg.read("sa.yaml"), attributed);
    pkg.edit("sa.yaml", "v1,krm-pkg", "v1,krm-pkg-fn");
    pkg.publish({ Kptfile: app.Kptfile, "sa.yaml": account("cnrm/zone/v2") });
    const { decisions } = await pkg.update();
    assert.match(pkg.read("sa.yaml"), /blueprint: '?cnrm\/zone\/v2,krm-pkg-fn'?\n/);
    assert.deepEqual(
      decisions.filter(({ conflict }) => conflict),
      [],
    );
    const before = pkg.files();
    pkg.publish({ Kptfile: `${app.Kptfile}# new\n`, "sa.yaml": account("cnrm/zone/v2") });
    await pkg.update();
    assert.equal(pkg.read("sa.yaml"), before.get("sa.yaml"));
  },
);

const role = (name: string, verb: string): string =>
  `- apiVersion: rbac.authorization.k8s.io/v1\n  kind: Role\n  metadata:\n    name: ${name}\n  rules:\n  - verbs: [${verb}]\n`;
const roles = (...items: string[]): string =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleList\nitems:\n${items.join("")}`;

updating(
  "the items of a List are merged as resources",
  { Kptfile: kptfile("app"), "roles.yaml": roles(role("a", "get"), role("b", "get")) },
  async pkg => {
    pkg.edit("roles.yaml", "name: a", "name: a # ours");
    pkg.write("roles.yaml", pkg.read("roles.yaml") + role("mine", "list"));
    pkg.publish({
      Kptfile: app.Kptfile,
      "roles.yaml": roles(role("a", "put"), role("b", "put"), role("c", "get")),
    });
    const { decisions } = await pkg.update();
    assert.equal(
      pkg.read("roles.yaml"),
      roles(role("a # ours", "put"), role("b", "put"), role("mine", "list"), role("c", "get")),
    );
    assert(decisions.every(({ conflict }) => !conflict));
  },
);

updating(
  "values of a chart keep their nulls",
  { Kptfile: kptfile("app"), "values.yaml": "a: null\nb: 1\nc: null\nd: 1\n" },
  async pkg => {
    pkg.edit("values.yaml", "b: 1", "b: 2 # ours");
    pkg.publish({
      Kptfile: app.Kptfile,
      "values.yaml": "a: null\nb: 1\nc: {x: ~}\nd: null\ne: {y: 1, x: null}\n",
    });
    await pkg.update();
    assert.equal(pkg.read("values.yaml"), "a: null\nb: 2 # ours\nc: {x: ~}\nd: null\ne: {y: 1, x: null}\n");
  },
);
