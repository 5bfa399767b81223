import type { Controller } from "./controller.ts";
import { daemonSetController } from "./daemon-sets.ts";
import { definitionController } from "./definitions.ts";
import { deploymentController } from "./deployments.ts";
import { garbageCollector } from "./garbage.ts";
import { jobController } from "./jobs.ts";
import { kubelet } from "./kubelet.ts";
import { namespaceController } from "./namespaces.ts";
import { policyController } from "./policies.ts";
import { replicaSetController } from "./replica-sets.ts";
import { serviceController } from "./services.ts";
import { statefulSetController } from "./stateful-sets.ts";
import { volumeController } from "./volumes.ts";

export function allControllers(): Controller[] {
  return [
    definitionController,
    namespaceController,
    garbageCollector,
    deploymentController,
    replicaSetController,
    statefulSetController,
    daemonSetController,
    jobController,
    volumeController,
    serviceController,
    policyController,
    kubelet,
  ];
}
