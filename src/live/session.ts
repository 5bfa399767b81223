import type { KubeClient } from "../kube/client.ts";

/** A cluster, and how the user came to it. */
export interface Session {
  client: KubeClient;
  /** Where objects without a namespace go. */
  namespace: string;
  /** The user named that namespace: objects may be in no other. */
  hasExplicitNamespace: boolean;
  signal: AbortSignal;
}
