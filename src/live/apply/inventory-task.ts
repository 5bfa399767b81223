import { KptError } from "../../core/error.ts";
import { serverTextOf } from "../../kube/status-error.ts";
import type { LiveEvent } from "../events.ts";

/** Writes the inventory, and tells when; what goes wrong with it ends the run. */
export async function inventoryTask(
  name: string,
  emit: (event: LiveEvent) => void,
  work: () => Promise<void>,
): Promise<void> {
  emit({ type: "group", action: "Inventory", name, status: "Started" });
  try {
    await work();
  } catch (thrown) {
    const isKnown = thrown instanceof KptError && thrown.code === "INVENTORY_INVALID";
    const text = isKnown ? thrown.message : serverTextOf(thrown);
    const prefix =
      name === "inventory-add-0" || isKnown ? "" : "failed to write updated inventory to cluster: ";
    throw new KptError(
      "APPLY_FAILED",
      `task failed (action: "Inventory", name: "${name}"): ${prefix}${text}`,
      { cause: thrown },
    );
  }
  emit({ type: "group", action: "Inventory", name, status: "Finished" });
}
