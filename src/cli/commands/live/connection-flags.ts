import { flags } from "../../command.ts";

/** kubectl's flags about the cluster; every live command takes them. */
export const connectionFlags = flags({
  kubeconfig: {
    type: "string",
    default: "",
    placeholder: "FILE",
    complete: "file",
    summary: "path to the kubeconfig file to use",
  },
  context: {
    type: "string",
    default: "",
    complete: "context",
    summary: "the name of the kubeconfig context to use",
  },
  cluster: { type: "string", default: "", summary: "the name of the kubeconfig cluster to use" },
  user: { type: "string", default: "", summary: "the name of the kubeconfig user to use" },
  server: {
    type: "string",
    short: "s",
    default: "",
    summary: "the address and port of the Kubernetes API server",
  },
  token: { type: "string", default: "", summary: "bearer token for authentication to the API server" },
  username: { type: "string", default: "", summary: "user name for basic authentication", hidden: true },
  password: { type: "string", default: "", summary: "password for basic authentication", hidden: true },
  as: { type: "string", default: "", summary: "user name to impersonate for the operation" },
  "as-group": { type: "strings", summary: "group to impersonate; can be given several times" },
  "as-uid": { type: "string", default: "", summary: "UID to impersonate for the operation" },
  "as-user-extra": {
    type: "strings",
    placeholder: "KEY=VALUE",
    summary: "extra field of the user to impersonate; can be given several times",
  },
  namespace: {
    type: "string",
    short: "n",
    default: "",
    summary: "the namespace for objects that name none; objects may name no other",
  },
  "request-timeout": {
    type: "string",
    default: "0",
    summary: "how long to wait for one request, for example 1s, 2m or 3h; 0 waits as long as it takes",
  },
  "insecure-skip-tls-verify": {
    type: "boolean",
    summary: "do not check the server's certificate: this makes the connection insecure",
  },
  "certificate-authority": {
    type: "string",
    default: "",
    complete: "file",
    summary: "path to the certificate of the authority that signed the server's certificate",
  },
  "client-certificate": {
    type: "string",
    default: "",
    complete: "file",
    summary: "path to a client certificate file for TLS",
  },
  "client-key": {
    type: "string",
    default: "",
    complete: "file",
    summary: "path to a client key file for TLS",
  },
  "tls-server-name": {
    type: "string",
    default: "",
    summary: "name to check the server's certificate against, if it differs from the address",
  },
  // Discovery isn't cached on disk: a stale cache hides new kinds.
  "cache-dir": { type: "string", default: "", summary: "not used", hidden: true },
  "disable-compression": { type: "boolean", summary: "not used", hidden: true },
});
