import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { type InitOptions, initInventory } from "../../src/live/init.ts";
import { loadDirectory, loadStream } from "../../src/live/load.ts";
import { type MigrateOptions, migrateInventory } from "../../src/live/migrate.ts";
import { create, find, openCluster } from "./cluster.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kpt-live-files-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

const read = (path: string): string => readFileSync(join(folder, path), "utf8");

const object = (kind: string, name: string, more = ""): string =>
  `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${more}`;
const inNamespace = (namespace: string): string => `  namespace: ${namespace}\n`;
const annotated = (key: string, value: string): string => `  annotations:\n    ${key}: ${value}\n`;
const resourceGroup = (name = "inv", namespace = "ns", id = "id-1"): string => `apiVersion: kpt.dev/v1alpha1
kind: ResourceGroup
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    cli-utils.sigs.k8s.io/inventory-id: ${id}
`;

async function init(options: Partial<InitOptions> = {}): Promise<string> {
  let text = "";
  await initInventory({
    directory: ".",
    cwd: folder,
    name: "",
    namespace: "",
    inventoryId: "",
    rgFile: "resourcegroup.yaml",
    isForced: false,
    isAttributed: true,
    contextNamespace: async () => "from-context",
    now: new Date("2026-01-01T00:00:00Z"),
    report: part => {
      text += part;
    },
    ...options,
  });
  return text;
}

describe("init", () => {
  test("names the inventory in a file of its own", async () => {
    write({ "a.yaml": object("ConfigMap", "a", inNamespace("team")) });
    assert.equal(
      await init(),
      'initializing "resourcegroup.yaml" inventory info (namespace: team)...success\n',
    );
    assert.match(
      read("resourcegroup.yaml"),
      /^apiVersion: kpt\.dev\/v1alpha1\nkind: ResourceGroup\nmetadata:\n {2}name: inventory-\d{8}\n {2}namespace: team\n {2}labels:\n {4}cli-utils\.sigs\.k8s\.io\/inventory-id: [0-9a-f]{40}-\d{19}\n$/,
    );
  });

  for (const [what, files, namespace] of [
    ["two namespaces", { "a.yaml": inNamespace("one"), "b.yaml": inNamespace("two") }, "from-context"],
    ["an object without a namespace", { "a.yaml": inNamespace("one"), "b.yaml": "" }, "from-context"],
    [
      "a local object of another namespace",
      {
        "a.yaml": inNamespace("one"),
        "b.yaml": inNamespace("two") + annotated("config.kubernetes.io/local-config", '"false"'),
      },
      "one",
    ],
    ["no object at all", {}, "from-context"],
  ] as const) {
    test(`${what}: the namespace is ${namespace}`, async () => {
      for (const [path, more] of Object.entries(files)) write({ [path]: object("ConfigMap", "x", more) });
      assert.match(await init(), new RegExp(`namespace: ${namespace}\\)`));
    });
  }

  test("cluster-scoped objects have no vote", async () => {
    write({ "a.yaml": object("Namespace", "x"), "b.yaml": object("ConfigMap", "b", inNamespace("one")) });
    assert.match(await init(), /namespace: one\)/);
  });

  test("information that is there stays, unless forced", async () => {
    write({ "resourcegroup.yaml": resourceGroup() });
    await assert.rejects(init(), { message: /^\nError: Inventory information has already been added/ });
    await init({ isForced: true, name: "other", inventoryId: "id-2" });
    assert.equal(read("resourcegroup.yaml"), resourceGroup("other", "ns", "id-2"));
  });

  test("an inventory in the Kptfile is moved when forced", async () => {
    const kptfile = "apiVersion: kpt.dev/v1 # keep\nkind: Kptfile\nmetadata:\n  name: x\n";
    write({ Kptfile: `${kptfile}inventory:\n  name: a\n  namespace: b\n  inventoryID: c\n` });
    await assert.rejects(init(), { message: /consider migrating to a standalone resourcegroup object/ });
    await init({ isForced: true });
    assert.equal(read("Kptfile"), kptfile);
  });

  test("bad names are refused before anything is written", async () => {
    await assert.rejects(init({ rgFile: "../x.yaml" }), { message: "rg-file must be a valid filename" });
    await assert.rejects(init({ directory: "nope" }), { message: "invalid directory argument: nope" });
  });

  test("Config Connector resources are marked", async () => {
    write({
      "a.yaml": "apiVersion: sql.cnrm.cloud.google.com/v1beta1\nkind: SQLInstance\nmetadata:\n  name: a\n",
    });
    await init();
    assert.match(read("a.yaml"), /cnrm\.cloud\.google\.com\/blueprint: krm-live/);
  });
});

describe("reading a package", () => {
  const names = async (): Promise<string[]> =>
    (await loadDirectory(".", folder)).objects.map(
      ({ object: one }) => (one["metadata"] as { name: string }).name,
    );

  test("takes YAML files of the whole tree, without what is local", async () => {
    write({
      "resourcegroup.yaml": resourceGroup(),
      Kptfile: "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: x\n",
      ".krmignore": "ignored.yaml\n",
      "a.yaml": `${object("ConfigMap", "a")}---\n${object("ConfigMap", "a2")}`,
      "ignored.yaml": object("ConfigMap", "ignored"),
      "b.json": "{}",
      "local.yaml": object("ConfigMap", "local", annotated("config.kubernetes.io/local-config", '"True"')),
      "kept.yaml": object("ConfigMap", "kept", annotated("config.kubernetes.io/local-config", '"false"')),
      "sub/Kptfile": "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: sub\n",
      "sub/c.yml": object("ConfigMap", "c"),
      "list.yaml": `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: item\n`,
    });
    assert.deepEqual(await names(), ["a", "a2", "kept", "item", "c"]);
  });

  for (const [what, more, message] of [
    ["annotation", annotated("k", "true"), 'annotation "k" must be a string, got boolean'],
    ["label", "  labels:\n    k: 1.5\n", 'label "k" must be a string, got number'],
    ["label map", "  labels: [a]\n", "metadata.labels must be a string map"],
  ] as const) {
    test(`refuses a ${what} that is no text`, async () => {
      write({ "resourcegroup.yaml": resourceGroup(), "a.yaml": object("ConfigMap", "a", more) });
      await assert.rejects(loadDirectory(".", folder), { message });
    });
  }

  for (const [what, files, message] of [
    ["none", {}, /^\nError: Package uninitialized\. Please run "kpt live init" command\./],
    [
      "two of them",
      { "a.yaml": resourceGroup(), "b.yaml": resourceGroup("b") },
      /^\nError: Multiple ResourceGroup objects found/,
    ],
    ["one without a name", { "a.yaml": resourceGroup('""') }, /^the provided ResourceGroup is not valid$/],
    [
      "one in each place",
      {
        "a.yaml": resourceGroup(),
        Kptfile: "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: x\ninventory:\n  name: a\n",
      },
      /^inventory was found in both Kptfile and ResourceGroup object$/,
    ],
  ] as const) {
    test(`refuses an inventory: ${what}`, async () => {
      write(files);
      await assert.rejects(loadDirectory(".", folder), { message });
    });
  }

  test("says what is missing or where a link leads", async () => {
    await assert.rejects(loadDirectory("nope", folder), { message: "lstat nope: no such file or directory" });
    write({ "real/resourcegroup.yaml": resourceGroup() });
    symlinkSync(join(folder, "real"), join(folder, "link"));
    const { warnings } = await loadDirectory("link", folder);
    assert.match(warnings[0] ?? "", /^\[WARN\] resolved symlink "link" to ".*real", please note/);
  });

  test("a stream is filtered as a directory is", () => {
    const loaded = loadStream(
      [
        resourceGroup(),
        object("ConfigMap", "a"),
        object("ConfigMap", "local", annotated("config.kubernetes.io/local-config", '"true"')),
      ].join("---\n"),
    );
    assert.equal(loaded.objects.length, 1);
    assert.equal(loaded.inventory.id, "id-1");
  });
});

describe("what can't be understood stops before anything is done", () => {
  const group = { "resourcegroup.yaml": resourceGroup() };
  const cases: { name: string; files: Record<string, string>; message: RegExp }[] = [
    {
      name: "a Kptfile with unknown fields",
      files: { Kptfile: "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: x\nfoo: bar\n" },
      message: /^Kptfile at ".*" can't be read.\n\nDetails:\nyaml: unmarshal errors:\n {2}line 5: field foo/,
    },
    {
      name: "a Kptfile of an old version",
      files: { Kptfile: "apiVersion: kpt.dev/v1alpha2\nkind: Kptfile\nmetadata:\n  name: x\n" },
      message: /has an old version \("v1alpha2"\)/,
    },
    { name: "broken YAML", files: { "a.yaml": "a:\n  b: c: d\n" }, message: /a\.yaml: MalformedYAMLError: / },
    {
      name: "a document that is plain text",
      files: { "a.yaml": "hello\n" },
      message: /a\.yaml: wrong node kind: expected MappingNode but got ScalarNode: node contents:\nhello\n$/,
    },
  ];
  for (const { name, files, message } of cases) {
    test(name, async () => {
      write({ ...group, ...files });
      await assert.rejects(loadDirectory(".", folder), { message, label: "Error" });
    });
  }

  test("a document that is a list counts as an object without a kind; empty ones are nothing", async () => {
    write({ ...group, "a.yaml": "- a\n- b\n", "b.yaml": "# nothing\n---\n", "c.yaml": "null\n" });
    assert.deepEqual(
      (await loadDirectory(".", folder)).objects.map(one => one.source),
      ["a.yaml"],
    );
  });

  test("a Kptfile that init can't read", async () => {
    write({ Kptfile: "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: x\nfoo: bar\n" });
    await assert.rejects(init(), /field foo not found/);
    assert.equal(existsSync(join(folder, "resourcegroup.yaml")), false);
  });
});

describe("migrate", () => {
  const migrate = async (
    session: Awaited<ReturnType<typeof openCluster>>,
    { directories = [], report = () => undefined }: Partial<MigrateOptions> = {},
  ): Promise<string> => {
    let text = "";
    await migrateInventory(session, {
      directories,
      cwd: folder,
      name: "moved",
      namespace: "",
      rgFile: "resourcegroup.yaml",
      isForced: false,
      isDryRun: false,
      report: part => {
        text += part;
        report(part);
      },
    });
    return text;
  };

  test("says on the line that runs what stopped it", async () => {
    const cluster = await openCluster();
    const stops = async (directories: readonly string[], message: string): Promise<string> => {
      const parts: string[] = [];
      await assert.rejects(migrate(cluster, { directories, report: part => parts.push(part) }), { message });
      return parts.join("");
    };
    const begun = "inventory migration...\n";
    const failed = "failed\ninventory migration...failed\n";
    const tooMany = "too many arguments; migrate requires one directory argument (or stdin)";
    assert.equal(await stops(["a", "b"], tooMany), `${begun}${failed}`);
    assert.equal(await stops(["nowhere"], "invalid directory argument: nowhere"), `${begun}${failed}`);
    assert.ok(
      (await stops([], `No Kptfile found at "${folder}".`)).endsWith(`reading existing Kptfile...${failed}`),
    );
    await cluster.close();
  });

  test("moves an inventory out of the Kptfile, with its namespace", async () => {
    const cluster = await openCluster();
    const kptfile = "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: x\n";
    write({
      Kptfile: `${kptfile}inventory:\n  namespace: old-ns\n  name: inv\n  inventoryID: id-1\n`,
      "a.yaml": object("ConfigMap", "a", inNamespace("elsewhere")),
    });
    assert.match(
      await migrate(cluster),
      /reading existing Kptfile\.\.\.success\ninventory migration\.\.\.success\n$/,
    );
    assert.equal(read("Kptfile"), kptfile);
    assert.equal(read("resourcegroup.yaml"), resourceGroup("inv", "old-ns", "id-1"));
    await cluster.close();
  });

  test("moves an inventory out of a ConfigMap, in the cluster too", async () => {
    const cluster = await openCluster();
    const { namespace, client } = cluster;
    const labels = "  labels:\n    cli-utils.sigs.k8s.io/inventory-id: id-cm\n";
    write({ "inventory-template.yaml": object("ConfigMap", "old", inNamespace(namespace) + labels) });
    await create(client, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "old-x", namespace, labels: { "cli-utils.sigs.k8s.io/inventory-id": "id-cm" } },
      data: { [`${namespace}_a__ConfigMap`]: "" },
    });
    const text = await migrate(cluster);
    assert.match(text, /retrieve the current ConfigMap inventory\.\.\.success \(inventory-id: id-cm\)/);
    assert.match(text, /retrieve ConfigMap inventory objs\.\.\.success \(1 inventory objects\)/);
    assert.equal(read("resourcegroup.yaml"), resourceGroup("moved", namespace, "id-cm"));
    assert.equal(existsSync(join(folder, "inventory-template.yaml")), false);
    const group = await find(client, "kpt.dev/v1alpha1", "ResourceGroup", namespace, "moved");
    assert.deepEqual(JSON.parse(JSON.stringify(group?.["spec"])), {
      resources: [{ group: "", kind: "ConfigMap", namespace, name: "a" }],
    });
    assert.equal(await find(client, "v1", "ConfigMap", namespace, "old-x"), undefined);
    await cluster.close();
  });
});
