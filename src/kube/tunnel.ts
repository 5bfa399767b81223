import type { Agent } from "node:http";

interface TlsFacts {
  ca?: Buffer | undefined;
  cert?: string | Buffer;
  key?: string | Buffer;
  skipTlsVerify?: boolean;
  tlsServerName?: string;
}

/** Connections to a server through a proxy; the official client knows all kinds of them. */
export async function tunnel(
  server: URL,
  proxyUrl: string,
  { ca, cert, key, skipTlsVerify = false, tlsServerName = "" }: TlsFacts,
): Promise<Agent> {
  const { KubeConfig } = await import("@kubernetes/client-node/dist/config.js");
  const config = new KubeConfig();
  const data = (value: Buffer | string | undefined) =>
    value === undefined ? undefined : Buffer.from(value).toString("base64");
  config.loadFromClusterAndUser(
    {
      name: "cluster",
      server: server.href,
      // The official client refuses plain http without this; on http there is no certificate to check.
      skipTLSVerify: skipTlsVerify || server.protocol === "http:",
      proxyUrl,
      ...dropMissing({ caData: data(ca), tlsServerName: tlsServerName || undefined }),
    },
    { name: "user", ...dropMissing({ certData: data(cert), keyData: data(key) }) },
  );
  const options: { agent?: Agent } = {};
  await config.applyToHTTPSOptions(options);
  if (options.agent === undefined) throw new TypeError("the official client made no agent for the proxy");
  return options.agent;
}

function dropMissing<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
