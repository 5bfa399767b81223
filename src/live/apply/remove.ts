import type { JsonMap } from "../../core/json.ts";
import { textAt } from "../../core/json.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { ResourceType } from "../../kube/resource-type.ts";
import { isFateUnknown } from "../../kube/retry.ts";
import { isStatus, serverTextOf } from "../../kube/status-error.ts";
import { owningInventory } from "../plan/filters/inventory-policy.ts";
import { idOf } from "../plan/identity.ts";
import { failure, type SendOptions, type SendResult } from "./result.ts";

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
  try {
    await client.delete(type, namespace, name, {
      propagationPolicy: options.propagation,
      preconditions: { uid },
    });
    return { status: "Successful" };
  } catch (thrown) {
    if (isStatus(thrown, 404)) return { status: "Successful" };
    return failure(serverTextOf(thrown), isFateUnknown(thrown));
  }
}

/** The object stays but belongs to no inventory any more. */
export async function detachObject(client: KubeClient, type: ResourceType, live: JsonMap): Promise<void> {
  const { namespace, name } = idOf(live);
  const patch: JsonMap = { metadata: { annotations: { [owningInventory]: null } } };
  try {
    await client.patch(type, namespace, name, "merge", patch, { fieldManager: "kubectl" });
  } catch (thrown) {
    if (!isStatus(thrown, 404)) throw thrown;
  }
}
