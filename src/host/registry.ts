import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { join } from "node:path";
import { KptError, messageOf } from "../core/error.ts";
import { runProgram } from "./run.ts";

export interface RegistryOptions {
  env: Readonly<Record<string, string | undefined>>;
  signal?: AbortSignal;
}

export interface Platform {
  os?: string;
  architecture?: string;
}

export interface Manifest {
  layers: { digest: string; size: number; mediaType: string }[];
}

interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  body: Buffer;
}

const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

const idleMs = 4000;
const smallBytes = 2 ** 22;

/** Reads from registries of container images, with the credentials that docker and podman keep. */
export class Registry {
  readonly #options: RegistryOptions;
  readonly #tokens = new Map<string, string>();

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  /** All tags of a repository. */
  async tags(repository: string): Promise<string[]> {
    const tags: string[] = [];
    let path: string | undefined = `/tags/list?n=1000`;
    for (let page = 0; path !== undefined && page < 100; page++) {
      const answer: Answer = await this.#get(repository, path, "application/json", smallBytes);
      const list = field(parse(answer.body), "tags");
      if (Array.isArray(list)) tags.push(...list.filter(tag => typeof tag === "string"));
      path = nextPage(answer.headers.link);
    }
    return tags;
  }

  /** The manifest of a tag or digest; from an index, the first that `accepts` takes. */
  async manifest(
    repository: string,
    reference: string,
    accepts: (platform: Platform) => boolean,
  ): Promise<Manifest> {
    const { body } = await this.#get(repository, `/manifests/${reference}`, manifestTypes, smallBytes);
    if (reference.includes(":")) checkDigest(body, reference);
    const value = parse(body);
    const manifests = field(value, "manifests");
    if (!Array.isArray(manifests)) return { layers: layersOf(value) };
    const chosen = manifests.find(each => accepts(platformOf(each)));
    const digest = field(chosen, "digest");
    if (typeof digest !== "string") throw failed(`${repository}:${reference} has nothing for this platform`);
    const inner = await this.#get(repository, `/manifests/${digest}`, manifestTypes, smallBytes);
    checkDigest(inner.body, digest);
    return { layers: layersOf(parse(inner.body)) };
  }

  /** A blob whole, its digest checked. */
  async blob(repository: string, digest: string, maxBytes: number): Promise<Buffer> {
    const { body } = await this.#get(repository, `/blobs/${digest}`, "*/*", maxBytes);
    checkDigest(body, digest);
    return body;
  }

  async #get(repository: string, path: string, accept: string, maxBytes: number): Promise<Answer> {
    const { host, name, secure } = addressOf(repository);
    const url = new URL(`${secure ? "https" : "http"}://${host}/v2/${name}${path}`);
    const headers: Record<string, string> = { accept };
    const known = this.#tokens.get(`${host}/${name}`);
    if (known !== undefined) headers["authorization"] = known;
    let answer = await this.#fetch(url, headers, maxBytes);
    if (answer.status === 401) {
      const token = await this.#authorize(answer.headers["www-authenticate"] ?? "", host, name);
      this.#tokens.set(`${host}/${name}`, token);
      answer = await this.#fetch(url, { accept, authorization: token }, maxBytes);
    }
    if (answer.status !== 200) throw failed(`${url.host}${url.pathname}: status ${answer.status}`);
    return answer;
  }

  /** Redirects are followed without the credentials: they belong to the registry, not to where it keeps its blobs. */
  async #fetch(url: URL, headers: Record<string, string>, maxBytes: number): Promise<Answer> {
    let target = url;
    for (let hops = 0; hops < 5; hops++) {
      const own = target.origin === url.origin ? headers : { accept: headers["accept"] ?? "*/*" };
      const answer = await send(target, own, maxBytes, this.#options.signal);
      const location = answer.headers.location;
      if (answer.status < 300 || answer.status >= 400 || location === undefined) return answer;
      const next = new URL(location, target);
      if (target.protocol === "https:" && next.protocol !== "https:")
        throw failed(`${url.host} redirects to plain http`);
      target = next;
    }
    throw failed(`${url.host} redirects without end`);
  }

  async #authorize(challenge: string, host: string, name: string): Promise<string> {
    const credentials = await this.#credentials(host);
    const basic =
      credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString("base64")}`;
    if (!/^bearer /i.test(challenge)) {
      if (basic === undefined) throw failed(`${host} asks for credentials`);
      return basic;
    }
    const facts = new Map(
      [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(match => [match[1] ?? "", match[2] ?? ""]),
    );
    const realm = new URL(facts.get("realm") ?? "");
    if (realm.protocol !== "https:" && !isLocal(realm.host))
      throw failed(`${host} asks for tokens over plain http`);
    realm.searchParams.set("service", facts.get("service") ?? "");
    realm.searchParams.set("scope", facts.get("scope") ?? `repository:${name}:pull`);
    const answer = await this.#fetch(realm, basic === undefined ? {} : { authorization: basic }, smallBytes);
    const value = parse(answer.body);
    const token = field(value, "token") ?? field(value, "access_token");
    if (answer.status !== 200 || typeof token !== "string")
      throw failed(`${host} gives no token: status ${answer.status}`);
    return `Bearer ${token}`;
  }

  /** `user:password` from docker's configuration or its helpers. */
  async #credentials(host: string): Promise<string | undefined> {
    const config = this.#dockerConfig();
    const key = host === "registry-1.docker.io" ? "https://index.docker.io/v1/" : host;
    const helpers = field(config, "credHelpers");
    const helper = field(helpers, key) ?? field(config, "credsStore");
    if (typeof helper === "string" && /^[\w.-]+$/.test(helper)) {
      const answer = await this.#askHelper(helper, key);
      if (answer !== undefined) return answer;
    }
    const auth = field(field(field(config, "auths"), key), "auth");
    return typeof auth === "string" ? Buffer.from(auth, "base64").toString("utf8") : undefined;
  }

  #dockerConfig(): unknown {
    const { env } = this.#options;
    const folder = env["DOCKER_CONFIG"] || (env["HOME"] ? join(env["HOME"], ".docker") : undefined);
    if (folder === undefined) return undefined;
    try {
      return JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));
    } catch {
      return undefined;
    }
  }

  async #askHelper(helper: string, key: string): Promise<string | undefined> {
    const { env, signal } = this.#options;
    try {
      const { exitCode, stdout } = await runProgram({
        command: `docker-credential-${helper}`,
        args: ["get"],
        cwd: "/",
        env,
        stdin: key,
        timeoutMs: 10_000,
        maxOutputBytes: 2 ** 20,
        ...(signal ? { signal } : {}),
      });
      const value = exitCode === 0 ? parse(stdout) : undefined;
      const user = field(value, "Username");
      const secret = field(value, "Secret");
      return typeof user === "string" && typeof secret === "string" ? `${user}:${secret}` : undefined;
    } catch (error) {
      if (error instanceof KptError && error.code === "ABORTED") throw error;
      return undefined;
    }
  }
}

function addressOf(repository: string): { host: string; name: string; secure: boolean } {
  const slash = repository.indexOf("/");
  const first = slash < 0 ? "" : repository.slice(0, slash);
  if (first.includes(".") || first.includes(":") || first === "localhost") {
    return { host: first, name: repository.slice(slash + 1), secure: !isLocal(first) };
  }
  return {
    host: "registry-1.docker.io",
    name: slash < 0 ? `library/${repository}` : repository,
    secure: true,
  };
}

function isLocal(host: string): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host);
}

function send(
  url: URL,
  headers: Record<string, string>,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Answer> {
  return new Promise((settle, reject) => {
    const start = url.protocol === "https:" ? httpsRequest : httpRequest;
    const fail = (error: unknown) => {
      reject(
        signal?.aborted ? new KptError("ABORTED", "interrupted") : failed(`${url.host}: ${messageOf(error)}`),
      );
    };
    const request = start(url, { headers, timeout: idleMs, ...(signal ? { signal } : {}) }, response => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxBytes) request.destroy(new Error(`the answer exceeds ${maxBytes} bytes`));
        else chunks.push(chunk);
      });
      response.on("error", fail);
      response.on("end", () =>
        settle({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    request.on("timeout", () => request.destroy(new Error("no answer")));
    request.on("error", fail);
    request.end();
  });
}

function nextPage(link: string | string[] | undefined): string | undefined {
  const match = /<([^>]+)>;\s*rel="?next"?/.exec(typeof link === "string" ? link : "");
  if (match?.[1] === undefined) return undefined;
  const at = match[1].indexOf("/tags/list");
  return at < 0 ? undefined : match[1].slice(at);
}

function checkDigest(body: Buffer, digest: string): void {
  const [algorithm, wanted] = digest.split(":");
  if (algorithm !== "sha256" && algorithm !== "sha512")
    throw failed(`digest ${digest} is of an unknown kind`);
  if (createHash(algorithm).update(body).digest("hex") !== wanted)
    throw failed(`content doesn't match its digest ${digest}`);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw failed("the registry's answer is not JSON");
  }
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

function platformOf(value: unknown): Platform {
  const platform = field(value, "platform");
  const os = field(platform, "os");
  const architecture = field(platform, "architecture");
  return {
    ...(typeof os === "string" ? { os } : {}),
    ...(typeof architecture === "string" ? { architecture } : {}),
  };
}

function layersOf(value: unknown): Manifest["layers"] {
  const layers = field(value, "layers");
  if (!Array.isArray(layers)) return [];
  return layers.flatMap(each => {
    const digest = field(each, "digest");
    const size = field(each, "size");
    const mediaType = field(each, "mediaType");
    return typeof digest === "string"
      ? [
          {
            digest,
            size: typeof size === "number" ? size : 0,
            mediaType: typeof mediaType === "string" ? mediaType : "",
          },
        ]
      : [];
  });
}

function failed(message: string): KptError {
  return new KptError("FUNCTION_RUNTIME", `registry: ${message}`, { label: "Error" });
}
