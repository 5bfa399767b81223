import { type JsonMap, textAt } from "../../core/json.ts";
import { ApiError } from "../api-error.ts";
import { timestamp } from "../clock.ts";
import type { Cluster } from "../cluster.ts";
import { metadataOf, nameOf, namespaceOf, numberAt, uidOf } from "../kube-object.ts";
import { createObject } from "../registry/create.ts";
import type { Store } from "../store.ts";
import { mustType, writeSpec } from "./objects.ts";

/** Names of recorded events by what they say. */
const recorded = new WeakMap<Store, Map<string, string>>();

/** Notes something that happened to an object; the same again raises the count. */
export function recordEvent(
  cluster: Cluster,
  object: JsonMap,
  type: "Normal" | "Warning",
  reason: string,
  message: string,
  component: string,
): void {
  const namespace = namespaceOf(object) === "" ? "default" : namespaceOf(object);
  const now = timestamp(cluster.clock);
  const names = recorded.get(cluster.store) ?? new Map<string, string>();
  recorded.set(cluster.store, names);
  const id = JSON.stringify([uidOf(object), reason, message]);
  const known = names.get(id);
  if (known !== undefined && cluster.store.get("events", namespace, known) !== undefined) {
    writeSpec(
      cluster,
      { collection: "events", namespace, name: known },
      event => {
        event["count"] = (numberAt(event, "count") ?? 1) + 1;
        event["lastTimestamp"] = now;
      },
      component,
    );
    return;
  }
  const name = `${nameOf(object)}.${cluster.clock.now().toString(16)}${cluster.store.revision.toString(16)}`;
  names.set(id, name);
  try {
    createObject(cluster, mustType("events", cluster), namespace, event(name), { manager: component });
  } catch (thrown) {
    // A namespace that is going takes no events.
    if (!(thrown instanceof ApiError)) throw thrown;
  }

  function event(name: string): JsonMap {
    return {
      metadata: { name },
      involvedObject: {
        kind: textAt(object, "kind") ?? "",
        namespace,
        name: nameOf(object),
        uid: uidOf(object),
        apiVersion: textAt(object, "apiVersion") ?? "",
        resourceVersion: metadataOf(object)["resourceVersion"] ?? "",
      },
      reason,
      message,
      source: { component },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      type,
      eventTime: null,
      reportingComponent: component,
      reportingInstance: "",
    };
  }
}
