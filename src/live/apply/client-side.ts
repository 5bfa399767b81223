import type { JsonMap } from "../../core/json.ts";
import { compactJson, textAt } from "../../core/json.ts";
import type { KubeClient } from "../../kube/client.ts";
import { apiVersionOf, type ResourceType } from "../../kube/resource-type.ts";
import { isFateUnknown } from "../../kube/retry.ts";
import { isStatus, serverTextOf } from "../../kube/status-error.ts";
import { owningInventory } from "../plan/filters/inventory-policy.ts";
import { annotation, idOf } from "../plan/identity.ts";
import { lastApplied, withLastApplied, withoutNulls } from "./last-applied.ts";
import { patchRules } from "./patch-rules.ts";
import { patched } from "./patched.ts";
import { conflictPauseMs, failure, maxConflicts, type SendOptions, type SendResult } from "./result.ts";
import { isSecret, maskSecret, maskValues } from "./secrets.ts";
import { threeWayPatch } from "./three-way.ts";

export interface Sending {
  client: KubeClient;
  type: ResourceType;
  /** With its owner, and with the values of live objects filled in. */
  object: JsonMap;
  live: JsonMap | undefined;
  /** File it comes from, for messages. */
  source: string;
  options: SendOptions;
}

/** How often a creation whose answer was lost is looked after and tried again. */
const maxCreations = 9;
const manager = { fieldManager: "kubectl" };

/** What `kubectl apply` does: create, or send what differs from the live object and from the last time. */
export async function applyClientSide(sending: Sending): Promise<SendResult> {
  const { client, type, options } = sending;
  const modified = withLastApplied(sending.object);
  const { namespace, name } = idOf(modified);
  let live = sending.live;
  for (let attempt = 1; ; attempt++) {
    if (live === undefined) {
      if (options.dryRun !== "none") {
        return { status: "Successful", operation: "created", after: sending.object };
      }
      const created = await create(sending, modified);
      if (created.result !== undefined) return created.result;
      live = created.live;
      if (live === undefined) {
        if (attempt > maxConflicts) return failure("the object comes and goes", true);
        continue;
      }
    }
    const rules = await patchRules(apiVersionOf(type), type.kind);
    const patch = threeWayPatch(lastApplied(live), modified, live, rules);
    if (Object.keys(patch).length === 0) {
      return { status: "Successful", operation: "unchanged", object: live };
    }
    if (options.dryRun !== "none") {
      const after = patched(live, patch, rules);
      return { status: "Successful", operation: "configured", before: live, after };
    }
    try {
      const kind = rules === undefined ? "merge" : "strategic";
      const answer = await client.patch(type, namespace, name, kind, patch, manager);
      return { status: "Successful", operation: "configured", object: answer };
    } catch (thrown) {
      if (isStatus(thrown, 409) && attempt <= maxConflicts) {
        if (attempt > 1) await client.clock.sleep(conflictPauseMs);
        live = await client.find(type, namespace, name);
        continue;
      }
      return failure(patchFailure(sending, modified, patch, thrown), isFateUnknown(thrown));
    }
  }
}

/** Creates the object. A lost answer is no reason to give up: the object itself tells what became of it. */
async function create(
  { client, type, options, source }: Sending,
  modified: JsonMap,
): Promise<{ result?: SendResult; live?: JsonMap | undefined }> {
  const { namespace, name } = idOf(modified);
  let wasSent = false;
  for (let attempt = 1; ; attempt++) {
    try {
      const object = await client.create(type, namespace, withoutNulls(modified), manager);
      return { result: { status: "Successful", operation: "created", object } };
    } catch (thrown) {
      const isUnknown = isFateUnknown(thrown);
      if (!isUnknown && !isStatus(thrown, 409)) {
        const text = maskValues(serverTextOf(thrown), modified);
        return { result: failure(`error when creating "${source}": ${text}`) };
      }
      wasSent ||= isUnknown;
      let live: JsonMap | undefined;
      try {
        live = await client.find(type, namespace, name);
      } catch {
        const text = maskValues(serverTextOf(thrown), modified);
        return { result: failure(`error when creating "${source}": ${text}`, true) };
      }
      if (live !== undefined) {
        const isOurs = annotation(live, owningInventory) === options.inventoryId;
        if (wasSent && isOurs)
          return { result: { status: "Successful", operation: "created", object: live } };
        if (isOurs) return { live };
        // Somebody was faster: whose object it is has to be judged again, in another run.
        const text = `${textAt(modified, "kind") ?? ""} ${JSON.stringify(name)} was created by somebody else`;
        return { result: failure(`error when creating "${source}": ${text}`) };
      }
      if (attempt >= maxCreations) {
        const text = maskValues(serverTextOf(thrown), modified);
        return { result: failure(`error when creating "${source}": ${text}`, isUnknown) };
      }
      await client.clock.sleep(Math.min(5_000, 50 * 2 ** attempt));
    }
  }
}

function patchFailure(
  { type, source, live }: Sending,
  modified: JsonMap,
  patch: JsonMap,
  thrown: unknown,
): string {
  const { namespace, name, kind } = idOf(modified);
  const version = `${type.group}/${type.version}`;
  const text = maskValues(serverTextOf(thrown), modified, live);
  return [
    "error when applying patch:",
    compactJson(shownPatch(modified, patch)),
    "to:",
    `Resource: "${version}, Resource=${type.plural}", GroupVersionKind: "${version}, Kind=${kind}"`,
    `Name: "${name}", Namespace: "${namespace}"`,
    `for: "${source}": error when patching "${source}": ${text}`,
  ].join("\n");
}

function shownPatch(modified: JsonMap, patch: JsonMap): JsonMap {
  if (!isSecret(modified)) return patch;
  const shown = maskSecret({ ...patch, apiVersion: "v1", kind: "Secret" });
  for (const key of ["apiVersion", "kind"]) if (!Object.hasOwn(patch, key)) delete shown[key];
  return shown;
}
