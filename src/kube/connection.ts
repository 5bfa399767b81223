import type { Agent } from "node:http";

/** What a request is signed with. Lists are sent as several header lines. */
export interface Credentials {
  headers: Readonly<Record<string, string | readonly string[]>>;
  ca?: Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
  /** Tunnels to the server where there is a proxy between. */
  proxyAgent?: Agent;
}

/** Everything that is known about a cluster before the first request. */
export interface Connection {
  server: URL;
  /** Name of the kubeconfig's context; empty where there is none. */
  contextName: string;
  /** Where objects without a namespace go. */
  namespace: string;
  hasExplicitNamespace: boolean;
  /** 0 is no limit of the user's. */
  requestTimeoutMs: number;
  skipTlsVerify: boolean;
  tlsServerName: string | undefined;
  /** Host and port of the proxy between, where there is one. */
  proxyHost?: string | undefined;
  /** What to tell in addition where nothing answers. */
  hint?: string | undefined;
  /** Asked before requests; again, with the ones that the server refused, for newer ones. */
  credentials(refused?: Credentials): Promise<Credentials>;
}
