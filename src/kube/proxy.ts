import { BlockList, isIP } from "node:net";
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
  const { username, password } = new URL(text);
  try {
    decodeURIComponent(username + password);
  } catch {
    throw new KptError(
      "KUBECONFIG_INVALID",
      "the user or password in the proxy's address is not encoded well",
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
  const port = server.port || (server.protocol === "https:" ? "443" : "80");
  if (isExcepted(host, port, env["NO_PROXY"] || env["no_proxy"] || "")) return undefined;
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
      if (/^\*?\./.test(name)) return host.endsWith(name.replace("*", ""));
      return host === name || host.endsWith(`.${name}`);
    });
}

/** Ranges such as 10.0.0.0/8. */
function inRange(host: string, range: string): boolean {
  const [base = "", bits = ""] = range.split("/");
  const version = isIP(host);
  if (version === 0 || isIP(base) !== version) return false;
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > (version === 4 ? 32 : 128)) return false;
  const kind = version === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(base, Number(bits), kind);
  return list.check(host, kind);
}
