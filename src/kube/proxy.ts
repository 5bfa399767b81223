import { KptError } from "../core/error.ts";

/** Throws for a proxy that can't be used, without what may be its password. */
export function checkProxy(text: string): void {
  const scheme = URL.canParse(text) ? new URL(text).protocol.replace(":", "") : undefined;
  if (scheme === undefined) {
    const shown = text.replace(/^([^/]*\/\/)?.*@/s, "$1***@");
    throw new KptError("KUBECONFIG_INVALID", `the proxy must be an address, got "${shown}"`);
  }
  if (!["http", "https", "socks5"].includes(scheme)) {
    throw new KptError(
      "KUBECONFIG_INVALID",
      `unsupported scheme "${scheme}" of the proxy, must be http, https, or socks5`,
    );
  }
}

/** The proxy that the environment names for a server, as Go's net/http decides it. */
export function proxyFor(server: URL, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const host = server.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (host === "localhost" || host === "::1" || host.startsWith("127.")) return undefined;
  const name = server.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const proxy = env[name] || env[name.toLowerCase()];
  if (proxy === undefined || proxy === "") return undefined;
  if (isExcepted(host, server.port, env["NO_PROXY"] || env["no_proxy"] || "")) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

function isExcepted(host: string, port: string, list: string): boolean {
  return list
    .split(",")
    .map(rule => rule.trim().toLowerCase())
    .filter(rule => rule !== "")
    .some(rule => {
      if (rule === "*") return true;
      if (rule.includes("/")) return inRange(host, rule);
      const [name = "", only] = /^([^:]+):(\d+)$/.exec(rule)?.slice(1) ?? [rule];
      if (only !== undefined && only !== port) return false;
      if (name.startsWith(".")) return host.endsWith(name);
      return host === name || host.endsWith(`.${name}`);
    });
}

/** IPv4 ranges such as 10.0.0.0/8. */
function inRange(host: string, range: string): boolean {
  const [base = "", bits = ""] = range.split("/");
  const from = ipv4(base);
  const to = ipv4(host);
  if (from === undefined || to === undefined || !/^\d+$/.test(bits)) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(from / size) === Math.floor(to / size);
}

function ipv4(text: string): number | undefined {
  const parts = text.split(".").map(Number);
  if (parts.length !== 4 || parts.some(part => !Number.isInteger(part) || part < 0 || part > 255)) {
    return undefined;
  }
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
