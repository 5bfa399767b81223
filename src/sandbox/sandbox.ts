import { ApiError } from "./api-error.ts";
import { bootstrap } from "./bootstrap.ts";
import { type Cluster, createCluster, type SandboxOptions } from "./cluster.ts";
import { allControllers } from "./controllers/all.ts";
import { Controllers } from "./controllers/controller.ts";
import { connectionReset, cutShort, type Fault, Faults, reasonOf } from "./faults.ts";
import { errorAnswer, type SandboxRequest, type SandboxResponse } from "./protocol.ts";
import { answer } from "./server.ts";
import type { Watch } from "./watch.ts";

/** A Kubernetes-compatible API server inside the process, with the controllers of a small cluster behind it. */
export interface Sandbox {
  /** Answers a request of the Kubernetes API. Rejects only where a connection would break. */
  handle(request: SandboxRequest): Promise<SandboxResponse>;
  /** Resolves when the controllers have nothing left to do. */
  idle(): Promise<void>;
  /** Lets something go wrong; the answer takes it back. */
  inject(fault: Fault): () => void;
  /** Breaks all watches off, or those of one kind (`pods`, `deployments.apps`). */
  cutWatches(collection?: string): void;
  /** Forgets old changes: watches that resume from before are answered with 410. */
  compact(): void;
  close(): Promise<void>;
}

const definitions = "customresourcedefinitions.apiextensions.k8s.io";

/**
 * Starts an empty cluster in the process.
 *
 * @example
 * ```ts
 * const sandbox = createSandbox();
 * const answer = await sandbox.handle({ method: "GET", path: "/api/v1/namespaces", headers: {} });
 * ```
 */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const cluster = createCluster(options);
  const controllers = new Controllers(cluster, options.controllers === false ? [] : allControllers());
  const watches = new Set<Watch>();
  const faults = new Faults();
  bootstrap(cluster);
  cluster.store.subscribe(change => {
    if (change.type !== "DELETED" || change.entry.collection !== definitions) return;
    for (const watch of [...watches]) if (watch.collection === change.entry.name) watch.end();
  });
  let closed = false;
  return {
    async handle(request) {
      if (closed) throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
      request.signal?.throwIfAborted();
      const fault = faults.take(request);
      return fault === undefined
        ? answer(cluster, request, watches)
        : faulty(cluster, fault, request, () => answer(cluster, request, watches));
    },
    idle: () => controllers.idle(),
    inject: fault => faults.add(fault),
    cutWatches(collection) {
      for (const watch of [...watches]) {
        if (collection === undefined || watch.collection === collection) watch.cut(connectionReset());
      }
    },
    compact: () => cluster.store.compact(),
    async close() {
      closed = true;
      controllers.close();
      for (const watch of [...watches]) watch.end();
    },
  };
}

async function faulty(
  cluster: Cluster,
  fault: Fault,
  request: SandboxRequest,
  proceed: () => SandboxResponse,
): Promise<SandboxResponse> {
  if (fault.latency !== undefined) await wait(cluster, fault.latency, request.signal);
  if (fault.reset === "before") throw connectionReset();
  if (fault.status !== undefined) {
    const details =
      fault.retryAfterSeconds === undefined ? undefined : { retryAfterSeconds: fault.retryAfterSeconds };
    const message = `injected fault: ${fault.status}`;
    return errorAnswer(new ApiError(fault.status, reasonOf(fault.status), message, details));
  }
  const response = proceed();
  if (fault.reset === "after") throw connectionReset();
  return fault.cutAfter === undefined
    ? response
    : { ...response, body: cutShort(response.body, fault.cutAfter) };
}

function wait(cluster: Cluster, milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = cluster.clock.after(milliseconds, () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    });
    const abort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", abort, { once: true });
  });
}
