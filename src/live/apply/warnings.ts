import { isMap, textAt } from "../../core/json.ts";
import type { ResourceId } from "../../core/resource-id.ts";
import { cleanText } from "../../kube/clean-text.ts";
import type { KubeClient } from "../../kube/client.ts";

/** What controllers last complained about: the newest warning about an object, where events may be read. */
export async function lastWarning(client: KubeClient, id: ResourceId): Promise<string | undefined> {
  try {
    const type = await client.discovery.find("v1", "Event");
    if (type === undefined) return undefined;
    const fieldSelector = `involvedObject.kind=${id.kind},involvedObject.name=${id.name},type=Warning`;
    const { items } = await client.list(type, id.namespace === "" ? "default" : id.namespace, {
      fieldSelector,
    });
    const newest = items
      .filter(isMap)
      .filter(event => textAt(event, "type") === "Warning")
      .filter(event => textAt(event, "involvedObject", "name") === id.name)
      .filter(event => textAt(event, "involvedObject", "kind") === id.kind)
      .sort((a, b) => timeOf(b) - timeOf(a))[0];
    const text = textAt(newest, "message");
    return text === undefined ? undefined : cleanText(text);
  } catch {
    // An explanation that can't be had makes nothing worse.
    return undefined;
  }
}

function timeOf(event: Parameters<typeof textAt>[0]): number {
  const time =
    textAt(event, "series", "lastObservedTime") ??
    textAt(event, "lastTimestamp") ??
    textAt(event, "eventTime") ??
    textAt(event, "metadata", "creationTimestamp") ??
    "";
  return Date.parse(time) || 0;
}
