import type { JsonMap } from "../../core/json.ts";
import { textAt } from "../../core/json.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { ResourceType } from "../../kube/resource-type.ts";
import { isFateUnknown } from "../../kube/retry.ts";
import { isStatus, serverTextOf } from "../../kube/status-error.ts";
import { owningInventory } from "../plan/filters/inventory-policy.ts";
import { idOf } from "../plan/identity.ts";
import { conflictPauseMs, failure, maxConflicts, type SendOptions, type SendResult } from "./result.ts";
import { maskValues } from "./secrets.ts";

/** Deletes exactly the object that was seen; one that took its name meanwhile is not touched. */
export async function removeObject(
  client: KubeClient,
  type: ResourceType,
  live: JsonMap,
  options: SendOptions,
): Promise<SendResult> {
  if (options.dryRun !== "none") return { status: "Successful", before: live };
  const uid = textAt(live, "metadata", "uid") ?? "";
  if (uid === "") return failure('.metadata.uid: Not found: ""');
  const { namespace, name } = idOf(live);
  for (let attempt = 1; ; attempt++) {
    try {
      await client.delete(type, namespace, name, {
        propagationPolicy: options.propagation,
        preconditions: { uid },
      });
      return { status: "Successful" };
    } catch (thrown) {
      if (isStatus(thrown, 404)) return { status: "Successful" };
      if (!isStatus(thrown, 409) || attempt > maxConflicts) {
        return failure(maskValues(serverTextOf(thrown), live), isFateUnknown(thrown));
      }
    }
    if (attempt > 1) await client.clock.sleep(conflictPauseMs);
    try {
      const found = await client.find(type, namespace, name);
      if (textAt(found, "metadata", "uid") !== uid) return { status: "Successful" };
    } catch (thrown) {
      return failure(maskValues(serverTextOf(thrown), live), true);
    }
  }
}

/** The object stays but belongs to no inventory any more. */
export async function detachObject(client: KubeClient, type: ResourceType, live: JsonMap): Promise<void> {
  const { namespace, name } = idOf(live);
  const patch: JsonMap = { metadata: { annotations: { [owningInventory]: null } } };
  for (let attempt = 1; ; attempt++) {
    try {
      await client.patch(type, namespace, name, "merge", patch, { fieldManager: "kubectl" });
      return;
    } catch (thrown) {
      if (isStatus(thrown, 404)) return;
      if (!isStatus(thrown, 409) || attempt > maxConflicts) throw thrown;
      if (attempt > 1) await client.clock.sleep(conflictPauseMs);
    }
  }
}
