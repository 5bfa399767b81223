import { annotation } from "../identity.ts";
import type { Filter, InventoryPolicy } from "./filter.ts";

export const owningInventory = "config.k8s.io/owning-inventory";

const policyNames: Readonly<Record<InventoryPolicy, string>> = {
  strict: "MustMatch",
  adopt: "AdoptIfNoInventory",
  "force-adopt": "AdoptAll",
};

/** Objects of others, and of nobody, are only touched when the user says so. */
export const inventoryPolicy: Filter = {
  name: "inventory-policy",
  skip(vertex, live, { policy, inventoryId }) {
    if (live === undefined || policy === "force-adopt") return undefined;
    const owner = annotation(live, owningInventory) ?? "";
    if (owner === inventoryId || (owner === "" && policy === "adopt")) return undefined;
    const strategy = vertex.action === "apply" ? "Apply" : "Delete";
    const status = owner === "" ? "Empty" : "NoMatch";
    return {
      text: `inventory policy prevented actuation (strategy: ${strategy}, status: ${status}, policy: ${policyNames[policy]})`,
    };
  },
};
