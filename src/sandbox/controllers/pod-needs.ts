import { isMap, type JsonMap, textAt, valueAt } from "../../core/json.ts";
import type { Cluster } from "../cluster.ts";
import { mapsAt } from "../kube-object.ts";

/** The first reference to a ConfigMap or Secret in a container's environment that cannot be resolved; kubelet's words. */
export function missingConfiguration(
  container: JsonMap,
  namespace: string,
  cluster: Cluster,
): string | undefined {
  for (const source of mapsAt(container, "envFrom")) {
    for (const [field, collection] of [
      ["configMapRef", "configmaps"],
      ["secretRef", "secrets"],
    ] as const) {
      const problem = missing(source[field], undefined, collection, namespace, cluster);
      if (problem !== undefined) return problem;
    }
  }
  for (const variable of mapsAt(container, "env")) {
    const from = variable["valueFrom"];
    if (!isMap(from)) continue;
    for (const [field, collection] of [
      ["configMapKeyRef", "configmaps"],
      ["secretKeyRef", "secrets"],
    ] as const) {
      const problem = missing(from[field], textAt(from, field, "key"), collection, namespace, cluster);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

function missing(
  reference: unknown,
  key: string | undefined,
  collection: "configmaps" | "secrets",
  namespace: string,
  cluster: Cluster,
): string | undefined {
  if (!isMap(reference) || reference["optional"] === true) return undefined;
  const name = textAt(reference, "name") ?? "";
  const kind = collection === "secrets" ? "Secret" : "ConfigMap";
  const found = cluster.store.get(collection, namespace, name);
  if (found === undefined) return `${kind.toLowerCase()} "${name}" not found`;
  if (key === undefined) return undefined;
  const has = ["data", "binaryData"].some(field => valueAt(found.object, field, key) !== undefined);
  return has ? undefined : `couldn't find key ${key} in ${kind} ${namespace}/${name}`;
}

/** The first volume whose Secret or ConfigMap is not there, as the event says it. */
export function missingVolume(pod: JsonMap, namespace: string, cluster: Cluster): string | undefined {
  for (const volume of mapsAt(pod, "spec", "volumes")) {
    const name = textAt(volume, "name") ?? "";
    const sources: [string | undefined, string, string, boolean][] = [
      [
        textAt(volume, "secret", "secretName"),
        "secrets",
        "secret",
        valueAt(volume, "secret", "optional") === true,
      ],
      [
        textAt(volume, "configMap", "name"),
        "configmaps",
        "configmap",
        valueAt(volume, "configMap", "optional") === true,
      ],
    ];
    for (const [reference, collection, word, optional] of sources) {
      if (reference === undefined || optional) continue;
      if (cluster.store.get(collection, namespace, reference) === undefined) {
        return `MountVolume.SetUp failed for volume "${name}" : ${word} "${reference}" not found`;
      }
    }
  }
  return undefined;
}

/** The first claim of a pod that has no volume yet. */
export function unboundClaim(
  pod: JsonMap,
  namespace: string,
  cluster: Cluster,
): { name: string; exists: boolean } | undefined {
  for (const volume of mapsAt(pod, "spec", "volumes")) {
    const name = textAt(volume, "persistentVolumeClaim", "claimName");
    if (name === undefined) continue;
    const claim = cluster.store.get("persistentvolumeclaims", namespace, name);
    if (claim === undefined) return { name, exists: false };
    if (textAt(claim.object, "status", "phase") !== "Bound") return { name, exists: true };
  }
  return undefined;
}
