import type { Agent } from "node:http";

/** What a request is signed with. Header values with line breaks are sent as several lines. */
export interface Credentials {
  headers: Readonly<Record<string, string>>;
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
  expires?: number;
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
  /** Asked before requests; with `isRefused` after the server refused the ones it has. */
  credentials(isRefused: boolean): Promise<Credentials>;
}
