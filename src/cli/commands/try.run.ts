import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { KptError } from "../../core/error.ts";
import { ioError } from "../../host/io-error.ts";
import { allFiles, readPackage } from "../../package/read.ts";
import type { Run } from "../command.ts";
import { within } from "../context.ts";
import { formatDuration } from "../duration.ts";
import { exitCodes } from "../exit-codes.ts";
import { main } from "../main.ts";
import { packageArgument } from "../package-argument.ts";
import { visibleLine } from "../terminal/visible.ts";
import { createObject } from "./sandbox/objects.ts";
import { openSandbox } from "./sandbox/session.ts";
import type { tryFlags } from "./try.ts";

/** The life of a package in short, by the very commands that a user would type, on a copy. */
export const run: Run<typeof tryFlags> = async (context, { args, flags }) => {
  const { given, absolute } = packageArgument(context, args[0]);
  if (!existsSync(join(absolute, "Kptfile"))) {
    throw new KptError("KPTFILE_MISSING", `${given} is not a package: it has no Kptfile`, {
      hint: `kpt pkg init ${given} makes it one`,
    });
  }
  const folder = mkdtempSync(join(tmpdir(), "kpt-try-"));
  const session = await openSandbox(context, flags);
  const name = basename(absolute);
  try {
    copyPackage(absolute, join(folder, name));
    const surroundings = within(context, {
      cwd: folder,
      env: { ...context.env, KUBECONFIG: session.kubeconfig },
    });
    const kpt = async (...argv: string[]): Promise<number> => {
      context.signal.throwIfAborted();
      context.stderr.write(`$ kpt ${visibleLine(argv.join(" "))}\n`);
      return await main(argv, surroundings);
    };
    const rendered = await kpt("fn", "render", name, ...(flags["allow-exec"] ? ["--allow-exec"] : []));
    if (rendered !== exitCodes.ok) return rendered;
    for (const namespace of await missingNamespaces(join(folder, name))) {
      await createObject(session.sandbox, {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: namespace },
      });
    }
    // A package that was initialised for a cluster keeps its inventory there; the copy gets one of its own.
    const initialised = await kpt("live", "init", name, "--force");
    if (initialised !== exitCodes.ok) return initialised;
    const applied = await kpt(
      ...["live", "apply", name],
      `--reconcile-timeout=${formatDuration(flags["reconcile-timeout"])}`,
    );
    const shown = await kpt("live", "status", name);
    return applied === exitCodes.ok ? shown : applied;
  } finally {
    await session.close();
    rmSync(folder, { recursive: true, force: true });
  }
};

function copyPackage(from: string, to: string): void {
  try {
    cpSync(from, to, {
      recursive: true,
      verbatimSymlinks: true,
      filter: source => basename(source) !== ".git",
    });
  } catch (error) {
    throw ioError("copy", from, error);
  }
}

/** The namespaces that the package uses and doesn't hold. */
async function missingNamespaces(directory: string): Promise<Set<string>> {
  const used = new Set<string>();
  const held = new Set<string>();
  for (const file of allFiles(await readPackage(directory))) {
    for (const { resource } of file.resources) {
      if (resource.kind === "Namespace") held.add(resource.name);
      if (resource.namespace) used.add(resource.namespace);
    }
  }
  return new Set([...used].filter(name => !held.has(name)));
}
