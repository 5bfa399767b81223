import assert from "node:assert/strict";
import { test } from "node:test";
import { configMap, FetchedPackage, kptfile } from "./package.ts";

/** Gets a file, edits it, updates to another version of it; returns the file and what was in conflict. */
async function updated(
  base: string,
  edit: (text: string) => string,
  upstream: string,
): Promise<{ text: string; conflicts: string[]; notes: string[]; fields: string[] }> {
  const pkg = await FetchedPackage.get({ Kptfile: kptfile("app"), "a.yaml": base });
  try {
    pkg.write("a.yaml", edit(pkg.read("a.yaml")));
    pkg.publish({ Kptfile: kptfile("app"), "a.yaml": upstream });
    const { decisions } = await pkg.update();
    const text = pkg.read("a.yaml");
    pkg.publish({ Kptfile: `${kptfile("app")}# again\n`, "a.yaml": upstream });
    await pkg.update();
    assert.equal(pkg.read("a.yaml"), text, "a second update changes nothing");
    const marks = / # kpt-merge: .*| {2}annotations:\n.*upstream-identifier.*\n/g;
    return {
      text: text.replace(marks, ""),
      conflicts: decisions.filter(it => it.conflict).map(it => `${it.line}: ${it.note}`),
      notes: decisions.flatMap(({ note }) => note ?? []),
      fields: decisions.flatMap(({ field }) => field ?? []),
    };
  } finally {
    pkg[Symbol.dispose]();
  }
}

const licence = (year: number): string => `# Copyright ${year}\n#\n# Licence\n`;
const map = configMap("a", "x: old", "y: old");
const newMap = configMap("a", "x: new", "y: old");

const headers: [name: string, base: string, upstream: string, local: string, result: string][] = [
  [
    "above the marker, changed upstream",
    `${licence(1)}---\n${map}`,
    `${licence(2)}---\n${newMap}`,
    "",
    `${licence(2)}---\n${newMap}`,
  ],
  [
    "below the marker, changed upstream",
    `---\n${licence(1)}\n${map}`,
    `---\n${licence(2)}\n${newMap}`,
    "",
    `---\n${licence(2)}\n${newMap}`,
  ],
  [
    "with lines of both sides",
    `${licence(1)}---\n${map}`,
    `${licence(2)}---\n${newMap}`,
    "# ours\n",
    `${licence(2)}# ours\n---\n${newMap}`,
  ],
  [
    "that upstream moved above the marker",
    `${licence(1)}\n${map}`,
    `${licence(2)}---\n${newMap}`,
    "",
    `${licence(2)}\n${newMap}`,
  ],
  [
    "that upstream moved below the marker",
    `${licence(1)}---\n${map}`,
    `---\n${licence(2)}\n${newMap}`,
    "",
    `${licence(2)}---\n${newMap}`,
  ],
  [
    "that only moved",
    `${licence(1)}---\n${map}`,
    `${licence(1)}\n${newMap}`,
    "",
    `${licence(1)}---\n${newMap}`,
  ],
  ["that is new upstream", map, `${licence(2)}---\n${newMap}`, "", `${licence(2)}\n${newMap}`],
];

for (const [name, base, upstream, local, result] of headers) {
  test(`a header ${name}`, async () => {
    const edit = (text: string): string => text.replace("# Licence\n", `# Licence\n${local}`);
    const { text, conflicts } = await updated(base, edit, upstream);
    assert.equal(text, result);
    assert.deepEqual(conflicts, []);
  });
}

test("a header whose lines changed on both sides stays, and that is told", async () => {
  const { text, conflicts } = await updated(
    `${licence(1)}---\n${map}`,
    text => text.replace("Copyright 1", "Copyright 1, 3"),
    `${licence(2)}---\n${newMap}`,
  );
  assert.equal(text, `${licence(1).replace("1", "1, 3")}---\n${newMap}`);
  assert.match(conflicts.join(), /the comment above it changed on both sides/);
});

test("a header and remarks below it take lines from both sides", async () => {
  const base = `# one\n# two\n# three\n${map}`;
  const { text } = await updated(
    base,
    it => it.replace("# one\n", "# zero\n# one\n"),
    base.replace("three", "3"),
  );
  assert.equal(text, `# zero\n# one\n# two\n# 3\n${map}`);
});

test("a comment written here whose value brings another one is told", async () => {
  const base = configMap("a", "x: 1 # old", "y: 1");
  const upstream = configMap("a", "x: 2 # new", "y: 1");
  const { text, conflicts } = await updated(base, it => it.replace("# old", "# ours"), upstream);
  assert.equal(text, upstream);
  assert.deepEqual(conflicts, ["8: went with its value: # ours"]);
});

test("a comment written here that goes with its value is told", async () => {
  const { text, conflicts } = await updated(
    map,
    it => it.replace("y: old", "y: old # why we need it"),
    configMap("a", "x: old"),
  );
  assert.equal(text, configMap("a", "x: old"));
  assert.deepEqual(conflicts, ["9: went with its value: # why we need it"]);
});

test("a comment below the last entry is followed, and one that ours stands in the way of is told", async () => {
  const base = `${map}\n# below 1\n`;
  const upstream = `${map}\n# below 2\n`;
  const followed = await updated(base, it => it.replace("y: old", "y: ours"), upstream);
  assert.equal(followed.text, `${configMap("a", "x: old", "y: ours")}\n# below 2\n`);
  const stays = await updated(base, it => it.replace("below 1", "below 3"), upstream);
  assert.equal(stays.text, `${map}\n# below 3\n`);
  assert.deepEqual(stays.conflicts, []);
  assert.deepEqual(stays.notes, ["comment from upstream not taken: # below 2"]);
});

test("items of a typed list are named like other resources", async () => {
  const roles = (verb: string): string =>
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleList\nmetadata: {}\nitems:\n" +
    `- apiVersion: rbac.authorization.k8s.io/v1\n  kind: Role\n  metadata:\n    name: r\n  rules:\n  - verbs: [${verb}]\n`;
  const { fields } = await updated(roles("get"), it => it, roles("list"));
  assert.deepEqual(fields, ["items[rbac.authorization.k8s.io/Role r].rules"]);
});

test("an update that takes away what a local alias stands for is refused", async () => {
  const thing = (...lines: string[]): string =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: t\nspec:\n  template:\n    spec:\n      containers:\n${lines.join("\n")}\n`;
  const base = thing("      - name: a", "        image: one", "      - name: b", "        image: one");
  const edit = (text: string): string =>
    text.replace("image: one", "image: &image one").replace(/image: one\n$/, "image: *image\n");
  const upstream = thing("      - name: b", "        image: one");
  await assert.rejects(updated(base, edit, upstream), /the alias \*image in line \d+ stands for/);
});

const remarks: [name: string, base: string, edit: string | undefined, upstream: string, result: string][] = [
  ["changed upstream", "# one\n", undefined, "# two\n", "# two\n"],
  [
    "changed on both sides",
    "# a\n\n\n\n# z\n",
    "# a\n\n\n\n# ours\n",
    "# b\n\n\n\n# z\n",
    "# b\n\n\n\n# ours\n",
  ],
  ["in the place of what upstream removed", `# old\n${map}`, undefined, "# gone\n", "# gone\n"],
  ["in the place of what was removed here", map, "# not here\n", newMap, "# not here\n"],
];
for (const [name, base, edit, upstream, result] of remarks) {
  test(`a file that holds only comments: ${name}`, async () => {
    const { text } = await updated(base, got => edit ?? got, upstream);
    assert.equal(text, result);
  });
}
