import { KptError } from "../core/error.ts";
import type { Json, JsonMap } from "../core/json.ts";
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

export interface PluginSurroundings {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  signal?: AbortSignal;
  /** Whether somebody sits at a terminal that a plugin may ask. */
  isTerminal?: boolean;
  /** Takes what plugins say to the user: where to log in, for example. */
  notify?: (text: string) => void;
}

export interface PluginRun extends PluginSurroundings {
  /** How long the plugin may take; 0 leaves it to us. */
  limitMs: number;
  /** The cluster as the plugin may ask to see it. */
  cluster: JsonMap;
}

/** Logging in through a browser takes a while; where nobody sits, a plugin that takes long hangs. */
const limitAtTerminalMs = 300_000;
const limitAloneMs = 15_000;
const maxAnswerBytes = 1 << 20;
const group = "client.authentication.k8s.io";

/** Runs the credential plugin of a kubeconfig user, as client.authentication.k8s.io describes it. */
export async function runCredentialPlugin(
  user: string,
  exec: JsonMap,
  run: PluginRun,
): Promise<PluginCredential> {
  const { apiVersion, command, mode } = checkPlugin(user, exec);
  if (mode === "Always" && run.isTerminal !== true) {
    throw refused("exec plugin cannot support interactive mode: standard input is not a terminal");
  }
  const env: Record<string, string | undefined> = { ...run.env };
  for (const item of listAt(exec, "env")) env[textAt(item, "name") ?? ""] = textAt(item, "value") ?? "";
  const interactive = mode !== "Never" && run.isTerminal === true;
  const spec: JsonMap = { interactive };
  if (valueAt(exec, "provideClusterInfo") === true) spec["cluster"] = run.cluster;
  env["KUBERNETES_EXEC_INFO"] = JSON.stringify({ apiVersion, kind: "ExecCredential", spec });
  const limitMs = run.limitMs || (run.isTerminal === true ? limitAtTerminalMs : limitAloneMs);
  try {
    const result = await runProgram({
      command,
      args: listAt(exec, "args").filter(item => typeof item === "string"),
      cwd: run.cwd,
      env,
      timeoutMs: limitMs,
      maxOutputBytes: maxAnswerBytes,
      maxStderrBytes: maxAnswerBytes,
      ...(interactive ? { isOnTerminal: true } : {}),
      ...(run.signal === undefined ? {} : { signal: run.signal }),
      ...tellerOf(run),
    });
    if (result.timedOut) {
      throw refused(`exec: ${command} did not answer within ${limitMs / 1000} s`, {
        hint: "--request-timeout gives it more time",
      });
    }
    if (result.outputExceeded) {
      throw refused(`exec: ${command} answered with more than ${maxAnswerBytes} bytes`);
    }
    if (result.exitCode !== 0) {
      const reason = cleanText(result.stderr.toString("utf8").trim().slice(0, 2000));
      const how = result.exitCode === undefined ? `was ended by ${result.signal ?? "a signal"}` : "";
      throw refused(
        `exec: executable ${command} ${how || `failed with exit code ${result.exitCode}`}\n${
          run.notify === undefined ? reason : ""
        }`.trim(),
      );
    }
    return readCredential(result.stdout.toString("utf8"), command, apiVersion);
  } catch (thrown) {
    if (thrown instanceof KptError && thrown.code === "NOT_FOUND") {
      const hint = textAt(exec, "installHint") ?? "";
      throw refused(`exec: executable ${command} not found`, hint === "" ? {} : { hint: cleanText(hint) });
    }
    if (thrown instanceof KptError && thrown.code === "PROGRAM_FAILED")
      throw refused(`exec: ${thrown.message}`);
    throw thrown;
  }
}

/** How much a plugin may say to the user before the rest is dropped. */
const maxToldBytes = 64 * 2 ** 10;

function tellerOf({ notify }: PluginRun): { onStderr?: (chunk: Buffer) => void } {
  if (notify === undefined) return {};
  let left = maxToldBytes;
  return {
    onStderr: chunk => {
      if (left > 0) notify(cleanText(chunk.subarray(0, left).toString("utf8")));
      left -= chunk.length;
    },
  };
}

/** kubectl's own rules and words. */
function checkPlugin(user: string, exec: JsonMap): { apiVersion: string; command: string; mode: string } {
  const command = textAt(exec, "command") ?? "";
  const apiVersion = textAt(exec, "apiVersion") ?? "";
  const toUse = `for ${user} to use exec authentication plugin`;
  if (command === "") throw invalid(`command must be specified ${toUse}`);
  if (apiVersion === "") throw invalid(`apiVersion must be specified ${toUse}`);
  if (apiVersion !== `${group}/v1` && apiVersion !== `${group}/v1beta1`) {
    throw new KptError("KUBECONFIG_INVALID", `exec plugin: invalid apiVersion "${apiVersion}"`, {
      hint: `known are ${group}/v1 and ${group}/v1beta1: update the plugin and its entry in the kubeconfig`,
    });
  }
  const isOld = apiVersion.endsWith("/v1beta1");
  const mode = textAt(exec, "interactiveMode") || (isOld ? "IfAvailable" : "");
  if (mode === "") throw invalid(`interactiveMode must be specified ${toUse}`);
  if (!["Never", "IfAvailable", "Always"].includes(mode)) {
    throw invalid(`invalid interactiveMode for ${user}: "${mode}"`);
  }
  if (listAt(exec, "env").some(item => (textAt(item, "name") ?? "") === "")) {
    throw invalid(`env variable name must be specified ${toUse}`);
  }
  return { apiVersion, command, mode };
}

/** The answer may be a credential in the wrong shape: nothing of it is ever shown. */
function readCredential(text: string, command: string, apiVersion: string): PluginCredential {
  let answer: Json;
  try {
    answer = JSON.parse(text) as Json;
  } catch {
    throw refused(`exec: ${command} answered with something that is no JSON`);
  }
  if (!isMap(answer)) throw refused(`exec: ${command} answered with something that is no object`);
  const version = textAt(answer, "apiVersion");
  if (version !== apiVersion) {
    const known = version === `${group}/v1` || version === `${group}/v1beta1`;
    throw refused(
      `exec plugin is configured to use API version ${apiVersion}, plugin returned ${
        known ? `version ${version}` : "another one"
      }`,
    );
  }
  const status = mapAt(answer, "status");
  if (status === undefined) throw refused("exec plugin didn't return a status field");
  const token = textAt(status, "token") || undefined;
  const cert = textAt(status, "clientCertificateData") || undefined;
  const key = textAt(status, "clientKeyData") || undefined;
  if (token === undefined && cert === undefined && key === undefined) {
    throw refused("exec plugin didn't return a token or cert/key pair");
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw refused("exec plugin returned only certificate or key, not both");
  }
  const expires = Date.parse(textAt(status, "expirationTimestamp") ?? "");
  return { token, cert, key, expires: Number.isNaN(expires) ? undefined : expires };
}

function refused(reason: string, facts: { hint?: string } = {}): KptError {
  return new KptError("KUBECONFIG_INVALID", `getting credentials: ${reason}`, facts);
}

function invalid(what: string): KptError {
  return new KptError("KUBECONFIG_INVALID", `invalid configuration: ${what}`);
}
