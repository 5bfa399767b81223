import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { KptError } from "../../../core/error.ts";
import { ioError } from "../../../host/io-error.ts";
import { createSandbox, listen, type Sandbox } from "../../../sandbox/index.ts";
import type { Context } from "../../context.ts";
import { loadObjects } from "./objects.ts";

export interface SandboxSession {
  sandbox: Sandbox;
  url: string;
  /** Path of the kubeconfig file that leads to the sandbox. */
  kubeconfig: string;
  /** Ends the server and removes what was written for it. */
  close(): Promise<void>;
}

export interface SessionOptions {
  /** Files and folders of objects that are in the cluster from the start. */
  load: readonly string[];
  /** Any free port where absent. */
  port?: number | undefined;
  /** Where to write the kubeconfig; a temporary folder where absent. */
  kubeconfig?: string | undefined;
}

/** By its first line we know a file of ours, which may be written again, from the user's own. */
const firstLine = "# kubeconfig of a kpt sandbox";

/** Starts a sandbox that listens on this machine only. The user's own kubeconfig is never touched. */
export async function openSandbox(context: Context, options: SessionOptions): Promise<SandboxSession> {
  const given = options.kubeconfig === undefined ? undefined : resolve(context.cwd, options.kubeconfig);
  if (given !== undefined) refuseForeign(given);
  const sandbox = createSandbox();
  await loadObjects(sandbox, context, options.load);
  const listening = await listen(sandbox, options.port === undefined ? {} : { port: options.port });
  const kubeconfig = given ?? join(mkdtempSync(join(tmpdir(), "kpt-sandbox-")), "kubeconfig");
  const close = async (): Promise<void> => {
    rmSync(given ?? dirname(kubeconfig), { recursive: true, force: true });
    await listening.close();
    await sandbox.close();
  };
  try {
    writeFileSync(kubeconfig, `${firstLine}\n${listening.kubeconfig}`, { mode: 0o600 });
  } catch (error) {
    await close();
    throw ioError("open", options.kubeconfig ?? kubeconfig, error);
  }
  return { sandbox, url: listening.url, kubeconfig, close };
}

function refuseForeign(file: string): void {
  if (!existsSync(file) || readFileSync(file, "utf8").startsWith(firstLine)) return;
  throw new KptError("ALREADY_EXISTS", `file ${JSON.stringify(file)} already exists`, {
    hint: "name a file that does not exist yet: a sandbox never writes into a kubeconfig that is not its own",
  });
}
