import { setTimeout as sleep } from "node:timers/promises";
import type { Api } from "./api.ts";

interface Meta {
  name: string;
  namespace: string;
  uid: string;
  deletionTimestamp?: string;
}

interface Pod {
  metadata: Meta;
  spec: { containers: { name: string; image: string }[] };
  status?: { phase?: string };
}

interface Claim {
  metadata: Meta;
  spec: {
    accessModes: string[];
    resources: { requests: { storage: string } };
    storageClassName?: string;
    volumeName?: string;
  };
  status?: { phase?: string };
}

interface List<T> {
  items?: T[];
}

const statusPatch = "application/merge-patch+json";

/** Stands in for a kubelet and a volume provisioner: pods turn ready, claims get a volume. */
export class FakeNode {
  /** Namespaces whose pods turn ready; all of them when absent. */
  onlyIn: Set<string> | undefined;
  readonly #api: Api;
  #running = false;
  #loop: Promise<void> = Promise.resolve();

  constructor(api: Api) {
    this.#api = api;
  }

  start(): void {
    this.#running = true;
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (this.#running) {
      try {
        const pods = await this.#api.call<List<Pod>>(
          "GET",
          "/api/v1/pods?fieldSelector=status.phase%3DPending",
        );
        for (const pod of pods.body.items ?? []) await this.#makeReady(pod);
        const claims = await this.#api.call<List<Claim>>("GET", "/api/v1/persistentvolumeclaims");
        for (const claim of claims.body.items ?? []) await this.#provide(claim);
      } catch (thrown) {
        if (this.#running) process.stderr.write(`fake node: ${String(thrown)}\n`);
      }
      await sleep(100);
    }
  }

  async #makeReady({ metadata, spec }: Pod): Promise<void> {
    if (metadata.deletionTimestamp || this.onlyIn?.has(metadata.namespace) === false) return;
    // An image that asks for trouble never starts, so that tests can see a workload that stays behind.
    if (spec.containers.some(container => container.image.includes("does-not-exist"))) return;
    const now = new Date().toISOString().replace(/\.\d+Z$/, "Z");
    const status = {
      phase: "Running",
      startTime: now,
      conditions: ["Initialized", "Ready", "ContainersReady", "PodScheduled"].map(type => ({
        type,
        status: "True",
        lastTransitionTime: now,
      })),
      containerStatuses: spec.containers.map(({ name, image }) => ({
        name,
        image,
        imageID: "",
        ready: true,
        started: true,
        restartCount: 0,
        state: { running: { startedAt: now } },
      })),
    };
    await this.#api.call(
      "PATCH",
      `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/status`,
      { status },
      statusPatch,
    );
  }

  async #provide({ metadata, spec, status }: Claim): Promise<void> {
    if (metadata.deletionTimestamp || spec.volumeName || status?.phase === "Bound") return;
    const name = `pv-${metadata.uid}`;
    await this.#api.call("POST", "/api/v1/persistentvolumes", {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name },
      spec: {
        accessModes: spec.accessModes,
        capacity: { storage: spec.resources.requests.storage },
        persistentVolumeReclaimPolicy: "Delete",
        hostPath: { path: `/tmp/${name}` },
        ...(spec.storageClassName ? { storageClassName: spec.storageClassName } : {}),
        claimRef: {
          apiVersion: "v1",
          kind: "PersistentVolumeClaim",
          namespace: metadata.namespace,
          name: metadata.name,
          uid: metadata.uid,
        },
      },
    });
  }
}
