import { KptError, messageOf } from "../core/error.ts";
import type { JsonMap } from "../core/json.ts";
import { isMap, listAt, mapAt, textAt, valueAt } from "../core/json.ts";
import { runProgram } from "../host/run.ts";
import { cleanText } from "./clean-text.ts";

/** What a credential plugin answered. */
export interface PluginCredential {
  token: string | undefined;
  cert: string | undefined;
  key: string | undefined;
  /** Milliseconds since the epoch; undefined where the plugin didn't say. */
  expires: number | undefined;
}

export interface PluginContext {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  signal: AbortSignal | undefined;
  /** The cluster as the plugin may ask to see it. */
  cluster: JsonMap;
}

/** A plugin that says nothing for this long hangs; logging in through a browser can take a while. */
const timeLimitMs = 60_000;
const maxAnswerBytes = 1 << 20;

/** Runs the credential plugin of a kubeconfig user, as client.authentication.k8s.io describes it. */
export async function runCredentialPlugin(exec: JsonMap, context: PluginContext): Promise<PluginCredential> {
  const command = textAt(exec, "command") ?? "";
  if (command === "") throw refused("has no command");
  const env: Record<string, string | undefined> = { ...context.env };
  for (const item of listAt(exec, "env")) {
    const name = textAt(item, "name");
    if (name !== undefined) env[name] = textAt(item, "value") ?? "";
  }
  const spec: JsonMap = { interactive: false };
  if (valueAt(exec, "provideClusterInfo") === true) spec["cluster"] = context.cluster;
  const apiVersion = textAt(exec, "apiVersion") ?? "client.authentication.k8s.io/v1beta1";
  env["KUBERNETES_EXEC_INFO"] = JSON.stringify({ apiVersion, kind: "ExecCredential", spec });
  const args = listAt(exec, "args").filter(item => typeof item === "string");
  let text: string;
  try {
    const result = await runProgram({
      command,
      args,
      cwd: context.cwd,
      env,
      timeoutMs: timeLimitMs,
      maxOutputBytes: maxAnswerBytes,
      ...(context.signal === undefined ? {} : { signal: context.signal }),
    });
    if (result.timedOut) throw refused(`${command} did not answer within ${timeLimitMs / 1000} s`);
    if (result.outputExceeded) throw refused(`${command} answered with more than ${maxAnswerBytes} bytes`);
    if (result.exitCode !== 0) {
      const reason = cleanText(result.stderr.toString("utf8").trim().slice(0, 2000));
      throw refused(`${command} failed with exit code ${result.exitCode ?? "unknown"}\n${reason}`.trim());
    }
    text = result.stdout.toString("utf8");
  } catch (thrown) {
    if (thrown instanceof KptError && thrown.code === "NOT_FOUND") {
      const hint = textAt(exec, "installHint");
      throw refused(`executable ${command} not found`, hint === undefined ? undefined : cleanText(hint));
    }
    throw thrown;
  }
  return readCredential(text, command);
}

function readCredential(text: string, command: string): PluginCredential {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (thrown) {
    // The text may be a credential in the wrong shape: it is never shown.
    throw refused(`${command} answered with something that is no JSON`, undefined, messageOf(thrown));
  }
  const status = isMap(answer) ? mapAt(answer as JsonMap, "status") : undefined;
  const token = textAt(status, "token");
  const cert = textAt(status, "clientCertificateData");
  const key = textAt(status, "clientKeyData");
  if (token === undefined && (cert === undefined || key === undefined)) {
    throw refused(`${command} answered with neither a token nor a certificate with its key`);
  }
  const expires = Date.parse(textAt(status, "expirationTimestamp") ?? "");
  return { token, cert, key, expires: Number.isNaN(expires) ? undefined : expires };
}

function refused(reason: string, hint?: string, cause?: string): KptError {
  return new KptError("KUBECONFIG_INVALID", `getting credentials: exec: ${reason}`, {
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}
