import { join } from "node:path";
import type { Output } from "../../src/cli/context.ts";
import { main } from "../../src/cli/main.ts";

export interface Shown {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command in this process, in a folder that holds its kubeconfig. */
export async function kptIn(folder: string, args: readonly string[]): Promise<Shown> {
  const shown = { stdout: "", stderr: "" };
  const output = (stream: keyof typeof shown): Output => ({
    write: text => {
      shown[stream] += text;
    },
    isTTY: false,
    columns: 80,
    colour: false,
  });
  const code = await main(args, {
    stdin: process.stdin,
    stdout: output("stdout"),
    stderr: output("stderr"),
    env: { KUBECONFIG: join(folder, "kubeconfig"), HOME: folder },
    cwd: folder,
    signal: new AbortController().signal,
    now: () => new Date(),
  });
  return { ...shown, code };
}

/** A package without objects, whose inventory is in a file of its own. */
export function emptyPackage(namespace: string): Record<string, string> {
  return {
    "pkg/Kptfile": "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: pkg\n",
    "pkg/resourcegroup.yaml": `apiVersion: kpt.dev/v1alpha1
kind: ResourceGroup
metadata:
  name: inv
  namespace: ${namespace}
  labels:
    cli-utils.sigs.k8s.io/inventory-id: id
`,
  };
}
