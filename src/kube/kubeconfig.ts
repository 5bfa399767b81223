import { dirname, isAbsolute, resolve } from "node:path";
import { KptError, messageOf } from "../core/error.ts";
import type { Json, JsonMap } from "../core/json.ts";
import { parseYaml } from "../core/yaml/parse.ts";
import { readSmallFile } from "../host/small-file.ts";
import { Fields } from "./fields.ts";

export interface KubeconfigCluster {
  name: string;
  server: string;
  /** PEM. */
  caData?: Buffer;
  caFile?: string;
  skipTlsVerify: boolean;
  tlsServerName: string;
  proxyUrl: string;
  /** What the file has for credential plugins of this cluster. */
  pluginConfig?: Json;
}

export interface KubeconfigUser {
  name: string;
  token: string;
  tokenFile?: string;
  username: string;
  password: string;
  certData?: Buffer;
  certFile?: string;
  keyData?: Buffer;
  keyFile?: string;
  as: string;
  asUid: string;
  asGroups: readonly string[];
  asExtra: ReadonlyMap<string, readonly string[]>;
  exec?: JsonMap;
  provider?: { name: string; config: ReadonlyMap<string, string>; file: string };
}

export interface KubeconfigContext {
  name: string;
  cluster: string;
  user: string;
  namespace: string;
}

export interface Kubeconfig {
  currentContext: string;
  clusters: Map<string, KubeconfigCluster>;
  users: Map<string, KubeconfigUser>;
  contexts: Map<string, KubeconfigContext>;
}

export function emptyUser(name: string): KubeconfigUser {
  return userOf(name, new Fields({}, "users"), "");
}

/** Several files are one configuration: what comes first wins, and the first current context. */
export function readKubeconfigs(files: readonly string[]): Kubeconfig {
  const whole: Kubeconfig = {
    currentContext: "",
    clusters: new Map(),
    users: new Map(),
    contexts: new Map(),
  };
  for (const file of files) {
    const part = readKubeconfig(file);
    whole.currentContext ||= part.currentContext;
    addMissing(whole.clusters, part.clusters);
    addMissing(whole.users, part.users);
    addMissing(whole.contexts, part.contexts);
  }
  return whole;
}

function addMissing<T>(into: Map<string, T>, from: ReadonlyMap<string, T>): void {
  for (const [name, item] of from) if (!into.has(name)) into.set(name, item);
}

function readKubeconfig(file: string): Kubeconfig {
  try {
    return parseKubeconfig(readSmallFile(file).toString("utf8"), file);
  } catch (thrown) {
    // The parser's excerpt of the file may show a credential: only its first line is told.
    const reason = messageOf(thrown).split("\n")[0] ?? "";
    const hint = "the file named by --kubeconfig or KUBECONFIG must be a kubeconfig";
    throw new KptError("KUBECONFIG_INVALID", `error loading config file "${file}": ${reason}`, { hint });
  }
}

/** Throws with the field that is wrong, never with its value. */
export function parseKubeconfig(text: string, file: string): Kubeconfig {
  const root = parseYaml(text, { file }).documents[0]?.root;
  const fields = new Fields(root?.toJS() ?? {}, "", "the content");
  const kind = fields.text("kind");
  if (kind !== "" && kind !== "Config") throw new Error(`its kind is not "Config"`);
  const named = <T>(list: string, what: string, read: (name: string, inner: Fields) => T): Map<string, T> => {
    const found = new Map<string, T>();
    for (const item of fields.items(list)) {
      const name = item.text("name");
      if (name === "") throw new Error(`\`${item.path}.name\` is missing`);
      if (!found.has(name)) found.set(name, read(name, item.inner(what)));
    }
    return found;
  };
  return {
    currentContext: fields.text("current-context"),
    clusters: named("clusters", "cluster", (name, inner) => clusterOf(name, inner, file)),
    users: named("users", "user", (name, inner) => userOf(name, inner, file)),
    contexts: named("contexts", "context", (name, inner) => ({
      name,
      cluster: inner.text("cluster"),
      user: inner.text("user"),
      namespace: inner.text("namespace"),
    })),
  };
}

function clusterOf(name: string, fields: Fields, file: string): KubeconfigCluster {
  const pluginConfig = fields
    .items("extensions")
    .find(extension => extension.text("name") === "client.authentication.k8s.io/exec")
    ?.inner("extension").value;
  return {
    name,
    server: fields.text("server"),
    ...given("caData", fields.bytes("certificate-authority-data")),
    ...given("caFile", nearby(file, fields.text("certificate-authority"))),
    skipTlsVerify: fields.flag("insecure-skip-tls-verify"),
    tlsServerName: fields.text("tls-server-name"),
    proxyUrl: fields.text("proxy-url"),
    ...given("pluginConfig", pluginConfig),
  };
}

function userOf(name: string, fields: Fields, file: string): KubeconfigUser {
  const exec = fields.has("exec") ? fields.inner("exec") : undefined;
  const provider = fields.has("auth-provider") ? fields.inner("auth-provider") : undefined;
  return {
    name,
    token: fields.text("token"),
    ...given("tokenFile", nearby(file, fields.text("tokenFile"))),
    username: fields.text("username"),
    password: fields.text("password"),
    ...given("certData", fields.bytes("client-certificate-data")),
    ...given("certFile", nearby(file, fields.text("client-certificate"))),
    ...given("keyData", fields.bytes("client-key-data")),
    ...given("keyFile", nearby(file, fields.text("client-key"))),
    as: fields.text("as"),
    asUid: fields.text("as-uid"),
    asGroups: fields.texts("as-groups"),
    asExtra: extraOf(fields.inner("as-user-extra")),
    ...given("exec", exec === undefined ? undefined : pluginOf(exec, file)),
    ...given(
      "provider",
      provider === undefined
        ? undefined
        : { name: provider.text("name"), config: textsOf(provider.inner("config")), file },
    ),
  };
}

function extraOf(fields: Fields): Map<string, string[]> {
  return new Map(Object.keys(fields.value).map(key => [key, fields.texts(key)]));
}

function textsOf(fields: Fields): Map<string, string> {
  return new Map(Object.keys(fields.value).map(key => [key, fields.text(key)]));
}

/** A command with a slash is a file beside the kubeconfig; any other is searched in PATH. */
function pluginOf(exec: Fields, file: string): JsonMap {
  const command = exec.text("command");
  return command.includes("/") ? { ...exec.value, command: nearby(file, command) ?? "" } : exec.value;
}

/** Paths in a kubeconfig are relative to its folder. */
function nearby(file: string, path: string): string | undefined {
  if (path === "") return undefined;
  return isAbsolute(path) ? path : resolve(dirname(file), path);
}

function given<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]?: V });
}
