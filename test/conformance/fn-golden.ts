import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { binary, copyWritable, differences, execute, foldersWith, type Suite } from "./suite.ts";

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => !entry.isDirectory())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

function contentOf(path: string): string {
  return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : readFileSync(path, "utf8");
}

/** Puts back the links that the recorded data holds as plain files: a path and nothing else, which exists. */
function restoreLinks(folder: string): void {
  for (const file of filesBelow(folder)) {
    const path = join(folder, file);
    const text = contentOf(path);
    if (lstatSync(path).isSymbolicLink() || !/^[\w./-]+$/.test(text)) continue;
    if (!existsSync(join(dirname(path), text))) continue;
    rmSync(path);
    symlinkSync(text, path);
  }
}

function trimLines(text: string): string {
  return text.replace(/[ \t]+$/gm, "");
}

async function replay(folder: string): Promise<string[]> {
  const tmp = realpathSync(mkdtempSync(join(tmpdir(), "kpt-golden-")));
  try {
    const pkg = join(tmp, "pkg");
    const fns = join(tmp, "fns");
    if (existsSync(join(folder, "input"))) copyWritable(join(folder, "input"), pkg);
    else mkdirSync(pkg);
    restoreLinks(pkg);
    if (existsSync(join(folder, "fns"))) copyWritable(join(folder, "fns"), fns);
    else mkdirSync(fns);
    for (const file of filesBelow(fns)) chmodSync(join(fns, file), 0o755);
    for (const file of filesBelow(pkg)) if (file.endsWith(".sh")) chmodSync(join(pkg, file), 0o755);
    mkdirSync(join(tmp, "shim"));
    writeFileSync(join(tmp, "shim/kpt"), `#!/bin/sh\nexec "${process.execPath}" "${binary}" "$@"\n`, {
      mode: 0o755,
    });
    const ended = await execute("sh", [realpathSync(join(folder, "cmd"))], {
      cwd: pkg,
      env: {
        PATH: `${tmp}/shim:${fns}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
        HOME: tmp,
        TMPDIR: tmp,
        LANG: "C.UTF-8",
        LC_ALL: "C.UTF-8",
        TZ: "UTC",
        FNS: fns,
        KPT_NO_PAGER_HELP: "1",
        GIT_CONFIG_GLOBAL: "/dev/null",
      },
    });
    const normal = (text: string): string =>
      text
        .replaceAll(pkg, "<WORK>")
        .replaceAll(fns, "<FNS>")
        .replaceAll(tmp, "<TMP>")
        .replace(/^(.*\[(?:PASS|FAIL)\] .* in )(?:\d+h)?(?:\d+m)?[\d.]+(?:ns|us|µs|ms|s)$/gm, "$1<DURATION>");
    const read = (name: string): string => readFileSync(join(folder, "expected", name), "utf8");
    const problems: string[] = [];
    if (String(ended.exit) !== read("exit").trim())
      problems.push(`exit: expected ${read("exit").trim()}, got ${ended.exit}`);
    problems.push(...differences("stdout", read("stdout"), normal(ended.stdout)));
    problems.push(...differences("stderr", trimLines(read("stderr")), trimLines(normal(ended.stderr))));
    const tree = join(folder, "expected/tree");
    const want = filesBelow(tree);
    const got = filesBelow(pkg);
    for (const file of want) {
      if (!got.includes(file)) problems.push(`missing: ${file}`);
      else
        problems.push(...differences(file, contentOf(join(tree, file)), normal(contentOf(join(pkg, file)))));
    }
    problems.push(...got.filter(file => !want.includes(file)).map(file => `must not be there: ${file}`));
    return problems;
  } finally {
    rmSync(tmp, { recursive: true, force: true });
  }
}

/** Recorded `kpt fn` runs with small exec functions and a stand-in for the container engine. */
export const fnGolden: Suite = {
  name: "fn-golden",
  cases: folder => foldersWith(folder, "cmd").map(name => ({ name, run: () => replay(join(folder, name)) })),
};
