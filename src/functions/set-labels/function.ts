import type { Resource } from "../../core/resource.ts";
import type { ResourceList } from "../../core/resource-list.ts";
import { MapNode, ScalarNode, type YamlNode } from "../../core/yaml/node.ts";
import { functionFailure } from "../../sdk/failure.ts";
import { isKind, isLocalConfig } from "../../sdk/match.ts";
import { childMap, childMaps, childSeq, ensureMap, follow, isNull, setChildText } from "../../sdk/nodes.ts";
import { readStringMap } from "../../sdk/string-config.ts";
import { type CatalogFunction, type FunctionCall, isBefore } from "../catalog-function.ts";
import { runFormer } from "./former.ts";

export const fn: CatalogFunction = { name: "set-labels", run };

function run(list: ResourceList, { tag }: FunctionCall): void {
  if (isBefore(tag, 0, 2)) {
    runFormer(list);
    return;
  }
  const shape = { kind: "SetLabels", field: "labels", goType: "*setlabels.SetLabels" };
  const { given, entries } = readStringMap(list, shape);
  const items = list.items.filter(item => !isLocalConfig(item));
  if (items.length === 0) {
    list.results.push({ message: "no input resources", severity: "info" });
    return;
  }
  if (!given) throw functionFailure();
  if (entries.size === 0) {
    list.results.push({ message: "no `labels` arguments are given in FunctionConfig", severity: "warning" });
    return;
  }
  const labels = new Labels(entries);
  const wrong: Resource[] = [];
  for (const item of items) {
    try {
      labels.setOn(item);
    } catch (thrown) {
      if (!(thrown instanceof WrongField)) throw thrown;
      wrong.push(item);
      list.results.push({ message: thrown.message, severity: "error" });
    }
  }
  list.results.push({ message: `set ${labels.count} labels in total`, severity: "info" });
  if (wrong.length > 0) throw functionFailure(wrong);
}

/** A place for labels holds something else. */
class WrongField extends Error {}

const metadataLabels = ["metadata", "labels"];
const matchLabels = ["selector", "matchLabels"];
const selectorLabels = ["labelSelector", "matchLabels"];
const podLabels = ["podSelector", "matchLabels"];

class Labels {
  /** Every label at every place that was looked at, also where nothing had to be done. */
  count = 0;
  readonly #labels: [key: string, value: string][];

  constructor(labels: ReadonlyMap<string, string>) {
    this.#labels = [...labels].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  setOn(item: Resource): void {
    const whole: Part = { map: item.node, kind: item.kind, path: "" };
    this.#set(whole, metadataLabels, true);
    this.#setSelectors(item, whole);
    const spec = inside(whole, "spec");
    if (spec === undefined) return;
    if (hasPodTemplate(item)) {
      // The published function gives up quietly on a template that it cannot read.
      if (!this.#tried(() => this.#setTemplate(inside(spec, "template")))) return;
    }
    if (isKind(item, "batch", "", "CronJob")) this.#setJob(inside(spec, "jobTemplate"));
    if (isKind(item, "apps", "", "StatefulSet")) {
      for (const claim of elements(spec, "volumeClaimTemplates")) {
        this.#set(claim, metadataLabels, true);
        this.#set(claim, matchLabels, false);
      }
    }
    if (isKind(item, "networking.k8s.io", "", "NetworkPolicy")) {
      for (const [rules, peers] of [
        ["ingress", "from"],
        ["egress", "to"],
      ] as const) {
        for (const rule of elements(spec, rules)) {
          for (const peer of elements(rule, peers)) this.#set(peer, podLabels, false);
        }
      }
    }
  }

  #setSelectors(item: Resource, whole: Part): void {
    if (isKind(item, "", "v1", "Service") || isKind(item, "", "v1", "ReplicationController")) {
      this.#set(whole, ["spec", "selector"], true);
    }
    const createsSelector =
      ["Deployment", "ReplicaSet", "DaemonSet"].some(kind => isKind(item, "", "", kind)) ||
      isKind(item, "apps", "", "StatefulSet");
    if (createsSelector) this.#set(whole, ["spec", ...matchLabels], true);
    else if (isKind(item, "batch", "", "Job") || isKind(item, "policy", "", "PodDisruptionBudget")) {
      this.#set(whole, ["spec", ...matchLabels], false);
    }
    if (isKind(item, "networking.k8s.io", "", "NetworkPolicy")) {
      this.#set(whole, ["spec", ...podLabels], false);
    }
  }

  #setTemplate(template: Part | undefined): void {
    if (template === undefined) return;
    this.#set(template, metadataLabels, true);
    const spec = inside(template, "spec");
    if (spec === undefined) return;
    for (const constraint of elements(spec, "topologySpreadConstraints")) {
      this.#set(constraint, selectorLabels, false);
    }
  }

  #setJob(job: Part | undefined): void {
    if (job === undefined) return;
    this.#set(job, metadataLabels, true);
    const spec = inside(job, "spec");
    if (spec === undefined) return;
    this.#set(spec, matchLabels, false);
    this.#tried(() => this.#setTemplate(inside(spec, "template")));
  }

  #tried(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (thrown) {
      if (thrown instanceof WrongField) return false;
      throw thrown;
    }
  }

  #set(from: Part, path: readonly string[], create: boolean): void {
    let map: MapNode | undefined = from.map;
    for (const [i, step] of path.entries()) {
      const child: YamlNode | undefined = follow(map.get(step));
      if (child instanceof MapNode) map = child;
      else if (!isNull(child)) throw wrongField(from, path, this.#labels[0]?.[0] ?? "");
      else {
        map = create ? ensurePath(map, path.slice(i)) : undefined;
        break;
      }
    }
    for (const [key, value] of this.#labels) {
      const present = follow(map?.get(key));
      const isText = present instanceof ScalarNode && (present.type === "string" || present.type === "null");
      if (present !== undefined && !isText) throw wrongField(from, path, key);
      if (map !== undefined && (present instanceof ScalarNode || create)) setChildText(map, key, value);
      this.count++;
    }
  }
}

/** A mapping in an object, and how messages name it. What is in a list has lost its object's name. */
interface Part {
  map: MapNode;
  kind: string;
  path: string;
}

function inside({ map, kind, path }: Part, key: string): Part | undefined {
  const child = childMap(map, key);
  return child && { map: child, kind, path: `${path}.${key}` };
}

/** The mappings of a list; none of them where anything else is among them, as with the SDK. */
function elements({ map }: Part, key: string): Part[] {
  const maps = childMaps(map, key);
  if (maps.length !== childSeq(map, key)?.items.length) return [];
  return maps.map(each => ({ map: each, kind: "", path: "" }));
}

function ensurePath(map: MapNode, path: readonly string[]): MapNode | undefined {
  let found: MapNode | undefined = map;
  for (const step of path) found = found && ensureMap(found, step);
  return found;
}

/** In the words of the SDK, which knows no apiVersion at this place. */
function wrongField(from: Part, path: readonly string[], key: string): WrongField {
  return new WrongField(
    `Resource(apiVersion=, kind=${from.kind}) has unmatched field type "string" in fieldpath ${from.path}.${[...path, key].join(".")}`,
  );
}

function hasPodTemplate(item: Resource): boolean {
  return (
    isKind(item, "", "v1", "ReplicationController") ||
    ["Deployment", "ReplicaSet", "DaemonSet"].some(kind => isKind(item, "", "", kind)) ||
    isKind(item, "apps", "", "StatefulSet") ||
    isKind(item, "batch", "", "Job")
  );
}
