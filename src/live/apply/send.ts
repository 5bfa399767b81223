import type { JsonMap } from "../../core/json.ts";
import { textAt } from "../../core/json.ts";
import type { KubeClient } from "../../kube/client.ts";
import { noMatch } from "../../kube/discovery.ts";
import type { ResourceType } from "../../kube/resource-type.ts";
import { serverTextOf } from "../../kube/status-error.ts";
import type { ActuationEvent } from "../events.ts";
import { type Filter, type FilterContext, firstSkip, type Skip } from "../plan/filters/filter.ts";
import type { Graph, Vertex } from "../plan/graph.ts";
import { keyOf } from "../plan/identity.ts";
import { SubstitutionError, sourcesOf, substitute } from "../plan/substitute.ts";
import { applyClientSide } from "./client-side.ts";
import type { Item } from "./item.ts";
import { withOwner } from "./last-applied.ts";
import { isOwned } from "./on-record.ts";
import { detachObject, removeObject } from "./remove.ts";
import { failure, type SendOptions, type SendResult } from "./result.ts";
import { maskValues } from "./secrets.ts";
import { applyServerSide } from "./server-side.ts";
import type { ClusterView, Target } from "./view.ts";

/** A new kind gets this long to be served after its definition is established. */
const servedMs = 10_000;

export interface Sender {
  client: KubeClient;
  view: ClusterView;
  graph: Graph;
  options: SendOptions;
  filters: { apply: readonly Filter[]; delete: readonly Filter[] };
  context: FilterContext;
  /** Kinds that came into being during the run, being read. */
  loading: Map<string, Promise<unknown>>;
  /** Resolves when all objects of the package are on record, as far as can be known. */
  onRecord(): Promise<void>;
}

export type Sent = SendResult | ({ status: "Skipped" } & Skip);

/** Applies or deletes one object, if no rule forbids it. Whatever goes wrong with it is a result, not an error. */
export async function sendItem(sender: Sender, item: Item): Promise<Sent> {
  try {
    return item.vertex.action === "apply" ? await apply(sender, item) : await remove(sender, item);
  } catch (thrown) {
    if (thrown instanceof TypeError || thrown instanceof RangeError) throw thrown;
    const { key, object } = item.vertex;
    return failure(maskValues(serverTextOf(thrown), object, sender.view.get(key)));
  }
}

/** What is told of the result. */
export function actuationEvent(
  { id, action }: Vertex,
  sent: Sent,
  mode: "apply" | "destroy",
): ActuationEvent {
  const type = action === "apply" ? "apply" : mode === "apply" ? "prune" : "delete";
  const event: ActuationEvent = { type, id, status: sent.status };
  if (sent.status === "Successful") {
    if (sent.operation !== undefined) event.operation = sent.operation;
    if (sent.before !== undefined) event.before = sent.before;
    if (sent.after !== undefined) event.after = sent.after;
  } else event.error = sent.status === "Failed" ? sent.error : sent.text;
  return event;
}

export function targetOf({ id, object, action }: Vertex): Target {
  return action === "apply" ? { id, apiVersion: textAt(object, "apiVersion") } : { id };
}

async function apply(sender: Sender, { vertex, source }: Item): Promise<Sent> {
  const { client, view, options, context, filters } = sender;
  const target = targetOf(vertex);
  const type = await servedType(sender, vertex, target);
  if (type === undefined) {
    // A dry run can't bring the definition into being: the object would be created, unverified.
    if (options.dryRun !== "none" && definedHere(sender.graph, vertex)) {
      const skip = firstSkip(filters.apply, vertex, undefined, context);
      return skip === undefined
        ? { status: "Successful", operation: "created", after: vertex.object }
        : { status: "Skipped", ...skip };
    }
    return failure(noMatch(target.apiVersion ?? "", vertex.id.kind));
  }
  const live = view.isKnown(vertex.key) ? view.get(vertex.key) : await view.refresh(target);
  const skip = firstSkip(filters.apply, vertex, live, context);
  if (skip !== undefined) return { status: "Skipped", ...skip };
  let object: JsonMap;
  try {
    object = substitute(vertex.object, await readSources(sender, vertex));
  } catch (thrown) {
    if (thrown instanceof SubstitutionError) return failure(thrown.message);
    throw thrown;
  }
  if (options.dryRun === "none" && !isOwned(live, options.inventoryId)) await sender.onRecord();
  const sending = {
    client,
    type,
    object: withOwner(object, options.inventoryId),
    live,
    source,
    options,
  };
  return options.serverSide || options.dryRun === "server"
    ? await applyServerSide(sending)
    : await applyClientSide(sending);
}

/** The type of an object's kind; a kind whose definition was just applied may take a moment to be served. */
async function servedType(sender: Sender, vertex: Vertex, target: Target): Promise<ResourceType | undefined> {
  const { client, view, graph, options } = sender;
  let type = await view.typeOf(target);
  if (options.dryRun !== "none" || view.isKnown(vertex.key) || !definedHere(graph, vertex)) return type;
  const deadline = client.clock.now() + servedMs;
  while (type === undefined && client.clock.now() < deadline) {
    client.discovery.refresh();
    type = await view.typeOf(target);
    if (type === undefined) await client.clock.sleep(100);
  }
  if (type !== undefined) await loadKind(sender, target);
  return type;
}

/** Reads all objects of a new kind with one request, whichever of them comes first. */
function loadKind({ view, graph, loading }: Sender, { id, apiVersion }: Target): Promise<unknown> {
  const kind = `${apiVersion}/${id.kind}`;
  let started = loading.get(kind);
  if (started === undefined) {
    const targets = [...graph.vertices.values()]
      .filter(one => one.action === "apply" && one.id.kind === id.kind && !view.isKnown(one.key))
      .map(targetOf)
      .filter(one => one.apiVersion === apiVersion);
    started = view.load(targets);
    loading.set(kind, started);
  }
  return started;
}

function definedHere(graph: Graph, vertex: Vertex): boolean {
  return (graph.needs.get(vertex.key) ?? []).some(edge => edge.reason === "crd");
}

async function readSources({ view, graph }: Sender, vertex: Vertex): Promise<Map<string, JsonMap>> {
  const sources = new Map<string, JsonMap>();
  for (const id of sourcesOf(vertex.object)) {
    const key = keyOf(id);
    const target = graph.vertices.get(key);
    const live = view.get(key) ?? (await view.refresh(target === undefined ? { id } : targetOf(target)));
    if (live !== undefined) sources.set(key, live);
  }
  return sources;
}

async function remove({ client, view, options, context, filters }: Sender, item: Item): Promise<Sent> {
  const { vertex } = item;
  const live = view.get(vertex.key);
  if (live === undefined) return { status: "Successful" };
  const skip = firstSkip(filters.delete, vertex, live, context);
  const type = await view.typeOf({ id: vertex.id });
  if (type === undefined) return { status: "Successful" };
  if (skip !== undefined) {
    if (skip.abandons === "detach" && options.dryRun === "none") await detachObject(client, type, live);
    return { status: "Skipped", ...skip };
  }
  return await removeObject(client, type, live, options);
}
