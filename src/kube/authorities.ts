import { existsSync } from "node:fs";
import { readSmallFile } from "../host/small-file.ts";

/** Where systems keep the authorities that their owner trusts (the list of Go's crypto/x509). */
const places = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/**
 * The system's authorities, for clusters whose kubeconfig names none: Node has a list of its own that knows
 * nothing of a company's. Undefined where Node's is to be used.
 */
export function systemAuthorities(env: Readonly<Record<string, string | undefined>>): Buffer | undefined {
  if (env["NODE_EXTRA_CA_CERTS"]) return undefined;
  const file = env["SSL_CERT_FILE"] || places.find(existsSync);
  return file === undefined || !existsSync(file) ? undefined : readSmallFile(file);
}
