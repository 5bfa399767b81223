import { KptError } from "../../core/error.ts";
import type { JsonMap } from "../../core/json.ts";
import { equalJson, isMap } from "../../core/json.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { ResourceType } from "../../kube/resource-type.ts";
import { isStatus, serverTextOf } from "../../kube/status-error.ts";
import { computeStatus } from "../status/status.ts";

const text = { type: "string" };

const objectFields = {
  group: text,
  kind: text,
  name: text,
  namespace: text,
};

const conditionSchema = {
  type: "object",
  properties: {
    lastTransitionTime: { type: "string", format: "date-time" },
    message: text,
    reason: text,
    status: text,
    type: text,
  },
  required: ["status", "type"],
};

/** The definition that inventories need: `resourcegroups.kpt.dev`. */
export function resourceGroupDefinition(): JsonMap {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "resourcegroups.kpt.dev" },
    spec: {
      group: "kpt.dev",
      names: {
        kind: "ResourceGroup",
        listKind: "ResourceGroupList",
        plural: "resourcegroups",
        singular: "resourcegroup",
      },
      scope: "Namespaced",
      conversion: { strategy: "None" },
      versions: [
        {
          name: "v1alpha1",
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: {
            openAPIV3Schema: {
              description: "ResourceGroup is the Schema for the resourcegroups API",
              type: "object",
              properties: {
                apiVersion: text,
                kind: text,
                metadata: { type: "object" },
                spec: {
                  description: "The objects that belong together",
                  type: "object",
                  properties: {
                    descriptor: {
                      type: "object",
                      properties: {
                        description: text,
                        links: {
                          type: "array",
                          items: {
                            type: "object",
                            properties: { description: text, url: text },
                            required: ["description", "url"],
                          },
                        },
                        revision: text,
                        type: text,
                      },
                    },
                    resources: {
                      type: "array",
                      items: {
                        type: "object",
                        properties: objectFields,
                        required: ["group", "kind", "name", "namespace"],
                      },
                    },
                  },
                },
                status: {
                  description: "How the objects fared in the last run",
                  type: "object",
                  properties: {
                    conditions: { type: "array", items: conditionSchema },
                    observedGeneration: { type: "integer", format: "int64" },
                    resourceStatuses: {
                      type: "array",
                      items: {
                        type: "object",
                        properties: {
                          ...objectFields,
                          actuation: text,
                          conditions: { type: "array", items: conditionSchema },
                          reconcile: text,
                          sourceHash: text,
                          status: text,
                          strategy: text,
                        },
                        required: ["group", "kind", "name", "namespace", "status"],
                      },
                    },
                  },
                  required: ["observedGeneration"],
                },
              },
            },
          },
        },
      ],
    },
  };
}

export async function definitionType(client: KubeClient): Promise<ResourceType> {
  const found = await client.discovery.find("apiextensions.k8s.io/v1", "CustomResourceDefinition");
  if (found === undefined) {
    throw new KptError("CLUSTER_REFUSED", "the cluster does not serve apiextensions.k8s.io/v1");
  }
  return found;
}

export type DefinitionState = "missing" | "outdated" | "current";

/** Who may not read definitions is believed to have one that serves. */
export async function definitionState(client: KubeClient): Promise<DefinitionState> {
  if (!(await isDefinitionInstalled(client))) return "missing";
  try {
    const live = await client.find(await definitionType(client), "", "resourcegroups.kpt.dev");
    return live === undefined || covers(live["spec"], resourceGroupDefinition()["spec"])
      ? "current"
      : "outdated";
  } catch (thrown) {
    if (isStatus(thrown, 403)) return "current";
    throw thrown;
  }
}

export async function isDefinitionInstalled(client: KubeClient): Promise<boolean> {
  return (await client.discovery.find("kpt.dev/v1alpha1", "ResourceGroup")) !== undefined;
}

/** How long a server gets to serve a new definition. */
const establishMs = 30_000;

/**
 * Creates the definition, or brings an older one up to date, and returns when it is served. Says whether
 * anything had to be done.
 */
export async function installDefinition(client: KubeClient): Promise<boolean> {
  const type = await definitionType(client);
  const wanted = resourceGroupDefinition();
  const live = await client.find(type, "", "resourcegroups.kpt.dev");
  if (live !== undefined && covers(live["spec"], wanted["spec"]) && isEstablished(live)) return false;
  await client.patch(type, "", "resourcegroups.kpt.dev", "apply", wanted, {
    fieldManager: "kpt",
    force: true,
  });
  const deadline = client.clock.now() + establishMs;
  for (;;) {
    const found = await client.find(type, "", "resourcegroups.kpt.dev");
    if (found !== undefined && isEstablished(found)) {
      client.discovery.refresh();
      if (await isDefinitionInstalled(client)) return true;
    }
    if (client.clock.now() > deadline) throw new Error("the definition was not established in time");
    await client.clock.sleep(50);
  }
}

function isEstablished(definition: JsonMap): boolean {
  try {
    return computeStatus(definition).status === "Current";
  } catch {
    return false;
  }
}

/** Whether everything that is wanted is there; what a server adds, and how fields are described, makes no difference. */
function covers(live: unknown, wanted: unknown): boolean {
  if (isMap(wanted)) {
    return (
      isMap(live) &&
      Object.entries(wanted).every(
        ([key, value]) => (key === "description" && typeof value === "string") || covers(live[key], value),
      )
    );
  }
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(live) &&
      live.length === wanted.length &&
      wanted.every((value, index) => covers(live[index], value))
    );
  }
  return equalJson(live as never, wanted as never);
}

/** A failed installation, told in the words that scripts know. */
export function installFailure(thrown: unknown): KptError {
  const denied = isStatus(thrown, 403)
    ? "\nInstalling it requires permission on CustomResourceDefinitions."
    : "";
  return new KptError(
    "CLUSTER_REFUSED",
    `\nError: Unable to install the ResourceGroup CRD.\nDetails: ${serverTextOf(thrown)}${denied}\n `,
    { label: "none", cause: thrown },
  );
}

/** The same for a definition that is there and older than ours. */
export function updateFailure(thrown: unknown): KptError {
  return new KptError(
    "CLUSTER_REFUSED",
    `Type ResourceGroup CRD needs update. Please make sure you have the permission to update CRD then run \`kpt live install-resource-group\`.\n ${serverTextOf(thrown)}`,
    { cause: thrown },
  );
}

export const definitionMissing = (): KptError =>
  new KptError(
    "INVENTORY_MISSING",
    "\nError: The ResourceGroup CRD was not found in the cluster. Please install it either by using the '--install-resource-group' flag or the 'kpt live install-resource-group' command.\n ",
    { label: "none" },
  );
