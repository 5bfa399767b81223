import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSandbox, listen } from "../../src/sandbox/index.ts";
import { differences, kpt, readYaml, root } from "./suite.ts";

interface Transcript {
  command: string;
  output: string;
}

/** The packages that the seeds deploy; ours, made after theirs, lie in examples/. */
export const walks = ["wordpress", "wordpress-with-dependencies"] as const;

/** Pending lines depend on timing; so does the order in which the objects of one wait are reconciled. */
function loosen(text: string): string {
  const kept: string[] = [];
  let reconciled: string[] = [];
  const flush = (): void => {
    kept.push(...reconciled.sort());
    reconciled = [];
  };
  for (const line of text.split("\n")) {
    if (line.endsWith(" reconcile pending")) continue;
    if (line.endsWith(" reconciled")) reconciled.push(line);
    else {
      flush();
      kept.push(line);
    }
  }
  flush();
  return kept.join("\n");
}

/** Takes a package through the commands that a seed shows and compares what is printed. */
export async function runWalk(walk: (typeof walks)[number], transcripts: string): Promise<string[]> {
  const tmp = mkdtempSync(join(tmpdir(), "kpt-walk-"));
  const sandbox = createSandbox();
  const server = await listen(sandbox);
  try {
    cpSync(join(root, "examples", walk), join(tmp, walk), { recursive: true });
    writeFileSync(join(tmp, "kubeconfig"), server.kubeconfig, { mode: 0o600 });
    const secret = {
      kind: "Secret",
      apiVersion: "v1",
      metadata: { name: "mysql-pass" },
      data: { password: "eA==" },
    };
    await sandbox.handle({
      method: "POST",
      path: "/api/v1/namespaces/default/secrets",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(secret),
    });
    const env = { PATH: process.env["PATH"], HOME: tmp, KUBECONFIG: join(tmp, "kubeconfig") };
    const steps = readYaml<Transcript[]>(transcripts).filter(({ command }) =>
      command.split(" ").includes(walk),
    );
    // The seed shows the dry run after the apply, as what one would have seen before the first apply; and the
    // second walk on a cluster that already has the CRD. A dry run needs it there.
    const dryRun = steps.filter(({ command }) => command.includes("--dry-run"));
    const problems: string[] = [];
    if (walk !== "wordpress") await kpt(["live", "install-resource-group"], { cwd: tmp, env });
    const run = async ({ command, output }: Transcript): Promise<void> => {
      const ended = await kpt(command.split(" ").slice(1), { cwd: tmp, env });
      const text = ended.stderr + ended.stdout;
      if (ended.exit !== 0) problems.push(`${command}: exit ${ended.exit}: ${ended.stderr}`);
      problems.push(...differences(command, loosen(output), loosen(text)));
    };
    for (const step of steps) if (!dryRun.includes(step)) await run(step);
    for (const step of dryRun) await run(step);
    return problems;
  } finally {
    await server.close();
    await sandbox.close();
    rmSync(tmp, { recursive: true, force: true });
  }
}
