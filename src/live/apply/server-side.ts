import type { Json, JsonMap } from "../../core/json.ts";
import { cloneJson, emptyMap, isMap, listAt, mapAt, textAt } from "../../core/json.ts";
import type { Clock } from "../../kube/clock.ts";
import { isFateUnknown } from "../../kube/retry.ts";
import { isStatus, StatusError, serverTextOf } from "../../kube/status-error.ts";
import { idOf } from "../plan/identity.ts";
import type { Sending } from "./client-side.ts";
import { lastAppliedAnnotation, withoutAnnotation } from "./last-applied.ts";
import { appliedBy, isApplied } from "./managed-fields.ts";
import { conflictPauseMs, failure, maxConflicts, type SendResult } from "./result.ts";
import { maskValues } from "./secrets.ts";

// kubectl's advice, word for word: it is what people search for.
const advice = `
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`;

/** Sends the whole object; the server merges it and tells who else manages a field. */
export async function applyServerSide(sending: Sending): Promise<SendResult> {
  const { client, type, live, options } = sending;
  const object = withoutAnnotation(sending.object, lastAppliedAnnotation);
  const { namespace, name } = idOf(object);
  const isDry = options.dryRun !== "none";
  const send = (): Promise<JsonMap> =>
    client.patch(type, namespace, name, "apply", object, {
      fieldManager: options.fieldManager,
      force: options.forceConflicts,
      dryRun: isDry ? "All" : undefined,
    });
  try {
    const found = live === undefined || isDry ? undefined : await takeOver(sending, live);
    if (found !== undefined && isApplied(found, object, options.fieldManager)) {
      return { status: "Successful", operation: "serversideapplied", object: found };
    }
    const answer = await whileContended(client.clock, send);
    if (!isDry) return { status: "Successful", operation: "serversideapplied", object: answer };
    const before = live === undefined ? {} : { before: live };
    return { status: "Successful", operation: "serversideapplied", ...before, after: answer };
  } catch (thrown) {
    return failure(maskValues(explain(thrown), object, live), isFateUnknown(thrown));
  }
}

/** Others write the same object at this moment; that is no conflict about fields. */
async function whileContended(clock: Clock, send: () => Promise<JsonMap>): Promise<JsonMap> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch (thrown) {
      if (!isStatus(thrown, 409) || isFieldConflict(thrown) || attempt > maxConflicts) throw thrown;
      if (attempt > 1) await clock.sleep(conflictPauseMs);
    }
  }
}

function explain(thrown: unknown): string {
  const text = serverTextOf(thrown);
  return isFieldConflict(thrown) ? `${text}${advice}` : text;
}

function isFieldConflict(thrown: unknown): boolean {
  return (
    thrown instanceof StatusError &&
    thrown.isConflict &&
    thrown.causes.some(cause => cause.reason === "FieldManagerConflict")
  );
}

/**
 * Fields that client-side apply has set belong to server-side apply from now on; else nothing that the
 * package drops would ever go away. The memory of client-side apply stays, owned by a manager of its own.
 */
async function takeOver({ client, type, options }: Sending, first: JsonMap): Promise<JsonMap | undefined> {
  let live: JsonMap | undefined = first;
  for (let attempt = 0; attempt < maxConflicts && live !== undefined; attempt++) {
    const managedFields = migratedManagers(live, options.fieldManager);
    if (managedFields === undefined) return live;
    const { namespace, name } = idOf(live);
    const version = textAt(live, "metadata", "resourceVersion") ?? "";
    try {
      return await client.patch(type, namespace, name, "json", [
        { op: "replace", path: "/metadata/managedFields", value: managedFields },
        { op: "replace", path: "/metadata/resourceVersion", value: version },
      ]);
    } catch (thrown) {
      if (!isStatus(thrown, 409)) throw thrown;
      live = await client.find(type, namespace, name);
    }
  }
  return live;
}

const rememberer = "kubectl-last-applied";

/** The managers of an object after the migration; undefined where there is nothing to migrate. */
export function migratedManagers(live: JsonMap, fieldManager: string): JsonMap[] | undefined {
  const entries = listAt(live, "metadata", "managedFields").filter(isMap);
  const old = entries.filter(isClientSide);
  if (old.length === 0) return undefined;
  const own = appliedBy(entries, fieldManager);
  const fields = cloneJson(mapAt(own, "fieldsV1") ?? emptyMap());
  for (const entry of old) merge(fields, mapAt(entry, "fieldsV1") ?? emptyMap());
  const annotations = mapAt(fields, "f:metadata", "f:annotations");
  const memory = `f:${lastAppliedAnnotation}`;
  if (annotations !== undefined) delete annotations[memory];
  const template = own ?? old[0] ?? emptyMap();
  const next: JsonMap[] = [
    ...entries.filter(entry => entry !== own && !old.includes(entry) && !isRememberer(entry)),
    { ...template, manager: fieldManager, operation: "Apply", fieldsV1: fields },
    {
      ...template,
      manager: rememberer,
      operation: "Apply",
      fieldsV1: { "f:metadata": { "f:annotations": { [memory]: {} } } },
    },
  ];
  return next;
}

function isRememberer(entry: JsonMap): boolean {
  return textAt(entry, "manager") === rememberer;
}

/** kubectl and kpt as they write without server-side apply; other updates are nobody's to take. */
function isClientSide(entry: JsonMap): boolean {
  if (textAt(entry, "operation") !== "Update" || textAt(entry, "subresource") !== undefined) return false;
  const manager = textAt(entry, "manager") ?? "";
  if (manager === "kubectl-client-side-apply") return true;
  const memory = mapAt(entry, "fieldsV1", "f:metadata", "f:annotations", `f:${lastAppliedAnnotation}`);
  return manager.startsWith("kubectl") && memory !== undefined;
}

function merge(into: JsonMap, from: JsonMap): void {
  for (const [key, value] of Object.entries(from)) {
    const known: Json | undefined = Object.hasOwn(into, key) ? into[key] : undefined;
    if (isMap(known) && isMap(value)) merge(known, value);
    else if (known === undefined) into[key] = cloneJson(value);
  }
}
