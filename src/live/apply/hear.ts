import type { JsonMap } from "../../core/json.ts";
import { isMap, mapAt, textAt } from "../../core/json.ts";
import { cleanText } from "../../kube/clean-text.ts";
import type { KubeClient } from "../../kube/client.ts";
import { knowsCause, podReason } from "../status/reasons.ts";
import { selectorOf } from "../status/selector.ts";
import type { StatusTree } from "../status/tree.ts";

/** Pods of these kinds aren't followed during a run; they are asked for when somebody wants to know why. */
const kindsWithUnseenPods = new Set(["apps/DaemonSet", "batch/Job"]);
const maxAsked = 4;

interface Named {
  kind: string;
  name: string;
}

/**
 * What a cluster says about an object that doesn't become ready, beyond its status: the pods that weren't
 * followed, and the newest complaint of a controller about it or about what was made from it. An
 * explanation that can't be had makes nothing worse.
 */
export async function hearAbout(client: KubeClient, tree: StatusTree): Promise<string[]> {
  const pods = await unseenPods(client, tree).catch(() => []);
  const told = pods.flatMap(pod => {
    const reason = podReason(pod);
    return reason === undefined ? [] : [`pod ${textAt(pod, "metadata", "name") ?? ""}: ${reason}`];
  });
  if (told.length > 0 || knowsCause(tree)) return told.map(cleanText);
  const asked: Named[] = [
    tree,
    ...unready(tree),
    ...pods.map(pod => ({ kind: "Pod", name: textAt(pod, "metadata", "name") ?? "" })),
  ].slice(0, maxAsked);
  const complaints = await Promise.all(
    asked.map(one => eventsAbout(client, tree.namespace, one).catch(() => [])),
  );
  const newest = complaints.flat().sort((a, b) => timeOf(b) - timeOf(a))[0];
  const text = textAt(newest, "message");
  return text === undefined ? [] : [cleanText(text)];
}

function unready(tree: StatusTree): StatusTree[] {
  return tree.generated.flatMap(child => (child.status === "Current" ? [] : [...unready(child), child]));
}

async function unseenPods(
  client: KubeClient,
  { group, kind, namespace, object }: StatusTree,
): Promise<JsonMap[]> {
  if (object === undefined || !kindsWithUnseenPods.has(`${group}/${kind}`)) return [];
  const selector = selectorOf(object);
  const type = await client.discovery.find("v1", "Pod");
  if (selector === undefined || type === undefined) return [];
  const labels = Object.entries(mapAt(object, "spec", "selector", "matchLabels") ?? {});
  const { items } = await client.list(type, namespace, {
    labelSelector: labels.map(([key, value]) => `${key}=${String(value)}`).join(","),
  });
  return items.filter(pod => selector.matches(pod));
}

async function eventsAbout(client: KubeClient, namespace: string, { kind, name }: Named): Promise<JsonMap[]> {
  const type = await client.discovery.find("v1", "Event");
  if (type === undefined) return [];
  const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${name}`;
  const { items } = await client.list(type, namespace === "" ? "default" : namespace, { fieldSelector });
  return items
    .filter(isMap)
    .filter(isComplaint)
    .filter(event => textAt(event, "involvedObject", "name") === name)
    .filter(event => textAt(event, "involvedObject", "kind") === kind);
}

/** Volume controllers tell what a claim lacks in events of the usual type. */
function isComplaint(event: JsonMap): boolean {
  return textAt(event, "type") === "Warning" || /^(Failed|WaitFor)/.test(textAt(event, "reason") ?? "");
}

function timeOf(event: JsonMap): number {
  const time =
    textAt(event, "series", "lastObservedTime") ??
    textAt(event, "lastTimestamp") ??
    textAt(event, "eventTime") ??
    textAt(event, "metadata", "creationTimestamp") ??
    "";
  return Date.parse(time) || 0;
}
