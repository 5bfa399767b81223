import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { exampleCopy, kpt, temporary } from "./program.ts";

const config = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;

test("the example is drawn as the book shows it", async t => {
  const folder = exampleCopy(t, "wordpress");
  const { stdout, stderr, code } = await kpt(["pkg", "tree", "wordpress/"], { cwd: folder });
  assert.equal(
    stdout.replace("├── README.md\n", ""),
    `Package "wordpress"
├── [Kptfile]  Kptfile wordpress
├── [service.yaml]  Service wordpress
├── deployment
│   ├── [deployment.yaml]  Deployment wordpress
│   └── [volume.yaml]  PersistentVolumeClaim wp-pv-claim
└── Package "mysql"
    ├── [Kptfile]  Kptfile mysql
    ├── [deployment.yaml]  PersistentVolumeClaim mysql-pv-claim
    ├── [deployment.yaml]  Deployment wordpress-mysql
    └── [deployment.yaml]  Service wordpress-mysql
`,
  );
  assert.deepEqual([stderr, code], ["", 0]);
});

test("a link to a package is followed with a warning, links inside are left out", async t => {
  const folder = temporary(t, { "app/a.yaml": config("a"), "secret.yaml": config("secret") });
  symlinkSync("../secret.yaml", join(folder, "app/link.yaml"));
  symlinkSync("app", join(folder, "ln"));
  const { stdout, stderr } = await kpt(["pkg", "tree", "ln"], { cwd: folder });
  assert.equal(stdout, "ln\n└── [a.yaml]  ConfigMap a\n");
  assert.equal(
    stderr,
    '[WARN] resolved symlink "ln" to "app", please note that the symlinks within the package are ignored\n',
  );
});

test("names can't play with the terminal", async t => {
  const folder = temporary(t, { "p/a.yaml": config('"\\e[31mred\\nline"') });
  mkdirSync(join(folder, "p/x\u001b]0;title\u0007"));
  writeFileSync(join(folder, "p/x\u001b]0;title\u0007/a\nb.txt"), "");
  const { stdout } = await kpt(["pkg", "tree", "p"], { cwd: folder });
  assert.equal(
    stdout,
    "p\n├── [a.yaml]  ConfigMap \\u001b[31mred\\nline\n└── x\\u001b]0;title\\u0007/a\\nb.txt\n",
  );
});

test("a folder above is shown by its name", async t => {
  const folder = temporary(t, { "app/a.yaml": config("a"), "app/x/y/b.yaml": config("b") });
  const { stdout } = await kpt(["pkg", "tree", "../.."], { cwd: join(folder, "app/x/y") });
  assert.equal(stdout, "app\n├── [a.yaml]  ConfigMap a\n└── y\n    └── [b.yaml]  ConfigMap b\n");
});

test("a file is not a package", async t => {
  const folder = temporary(t, { "a.yaml": config("a") });
  const { stderr, code } = await kpt(["pkg", "tree", "a.yaml"], { cwd: folder });
  assert.deepEqual([stderr, code], ["error: a.yaml is not a directory\n", 1]);
});
