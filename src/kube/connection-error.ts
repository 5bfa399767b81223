import { KptError, messageOf } from "../core/error.ts";
import { cleanText } from "./clean-text.ts";

/** A request whose answer was lost: the server may or may not have acted. */
export class ConnectionLost extends KptError {
  /** The time was over that the user gives a request: as long again may not help. */
  readonly isTimeout: boolean;

  constructor(host: string, cause: unknown, isTimeout = false) {
    const reason = cleanText(messageOf(cause));
    super(
      "CLUSTER_UNREACHABLE",
      `Unable to connect to the server: lost the connection to ${host}: ${reason}`,
      {
        label: "none",
        cause,
      },
    );
    this.isTimeout = isTimeout;
  }
}

/** Nothing listens there, or the name or certificate is wrong: the server saw no request. */
export class NotConnected extends KptError {
  constructor(message: string, cause: unknown, hint?: string) {
    super("CLUSTER_UNREACHABLE", message, {
      label: "none",
      cause,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

const notThere = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT"];

/** What keeps a proxy from leading to the server; undefined where it is the server's own trouble. */
export function notTunnelled(
  server: URL,
  proxyHost: string,
  error: NodeJS.ErrnoException,
): NotConnected | undefined {
  const status = /^Bad response: (\d+)$/.exec(error.message)?.[1];
  if (status === undefined && !notThere.includes(error.code ?? "")) return undefined;
  const reason = status === undefined ? cleanText(error.message) : `it answered with status ${status}`;
  return new NotConnected(
    `Unable to connect to the server: the proxy ${proxyHost} does not lead to ${server.host}: ${reason}`,
    error,
  );
}

/** kubectl's words for a server that can't be reached. */
export function unreachable(server: URL, error: NodeJS.ErrnoException, hint?: string): KptError {
  const port = server.port || (server.protocol === "https:" ? "443" : "80");
  const code = error.code ?? "";
  if (code === "ECONNREFUSED") {
    return new NotConnected(
      `The connection to the server ${server.hostname}:${port} was refused - did you specify the right host or port?`,
      error,
      hint,
    );
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    const text = `Unable to connect to the server: dial tcp: lookup ${server.hostname}: no such host`;
    return new NotConnected(text, error);
  }
  if (code === "EHOSTUNREACH" || code === "ENETUNREACH" || code === "ETIMEDOUT") {
    const text = `Unable to connect to the server: ${server.hostname}:${port} does not answer (${code})`;
    return new NotConnected(text, error);
  }
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    return new NotConnected(
      `Unable to connect to the server: ${cleanText(error.message)}`,
      error,
      "the cluster's certificate-authority in the kubeconfig must have signed its certificate",
    );
  }
  return new ConnectionLost(server.host, error);
}
