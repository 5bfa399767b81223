import type { ResourceId } from "./resource-id.ts";
import type { MapNode, Path, PlainValue, YamlNode } from "./yaml/node.ts";

/** A view of `metadata.labels` or `metadata.annotations`: the mapping comes and goes with its entries. */
export interface StringMap {
  readonly size: number;
  get(key: string): string | undefined;
  set(key: string, value: string): void;
  delete(key: string): boolean;
  has(key: string): boolean;
  entries(): [key: string, value: string][];
}

/** A Kubernetes object over its YAML node. Getters read the node each time; setters edit it in place. */
export class Resource {
  readonly node: MapNode;

  constructor(node: MapNode) {
    this.node = node;
  }

  get apiVersion(): string {
    return this.node.text("apiVersion") ?? "";
  }
  set apiVersion(value: string) {
    this.node.set("apiVersion", value);
  }
  get kind(): string {
    return this.node.text("kind") ?? "";
  }
  set kind(value: string) {
    this.node.set("kind", value);
  }
  /** `metadata.name`; empty when absent. */
  get name(): string {
    return this.#metadata("name") ?? "";
  }
  set name(value: string) {
    this.node.setIn(["metadata", "name"], value);
  }
  /** `metadata.namespace`; undefined when absent, and setting undefined removes it. */
  get namespace(): string | undefined {
    return this.#metadata("namespace");
  }
  set namespace(value: string | undefined) {
    if (value === undefined) {
      this.node.deleteIn(["metadata", "namespace"]);
      return;
    }
    const metadata = this.node.get("metadata");
    if (metadata?.kind === "map") metadata.set("namespace", value, { after: "name" });
    else this.node.setIn(["metadata", "namespace"], value);
  }

  /** The part of apiVersion before the slash; empty for the core group. */
  get group(): string {
    const { apiVersion } = this;
    const slash = apiVersion.indexOf("/");
    return slash < 0 ? "" : apiVersion.slice(0, slash);
  }
  get version(): string {
    const { apiVersion } = this;
    return apiVersion.slice(apiVersion.indexOf("/") + 1);
  }
  /** The identity as it stands in the node: an absent namespace is "". */
  get id(): ResourceId {
    return { group: this.group, kind: this.kind, namespace: this.namespace ?? "", name: this.name };
  }

  get labels(): StringMap {
    return stringMap(this.node, "labels");
  }
  get annotations(): StringMap {
    return stringMap(this.node, "annotations");
  }

  getIn(path: Path): YamlNode | undefined {
    return this.node.getIn(path);
  }
  setIn(path: Path, value: YamlNode | PlainValue): void {
    this.node.setIn(path, value);
  }
  deleteIn(path: Path): boolean {
    return this.node.deleteIn(path);
  }
  toJS(): unknown {
    return this.node.toJS();
  }

  #metadata(field: string): string | undefined {
    const value = this.node.getIn(["metadata", field]);
    return value?.kind === "scalar" && value.type !== "null" ? value.text : undefined;
  }
}

function stringMap(node: MapNode, field: "labels" | "annotations"): StringMap {
  const path = ["metadata", field];
  const map = (): MapNode | undefined => {
    const found = node.getIn(path);
    return found?.kind === "map" ? found : undefined;
  };
  return {
    get size() {
      return map()?.size ?? 0;
    },
    get: key => map()?.text(key),
    set: (key, value) => {
      const present = map();
      if (present === undefined) node.setIn(path, new Map([[key, value]]));
      else present.set(key, value);
    },
    delete: key => {
      const present = map();
      if (present?.delete(key) !== true) return false;
      if (present.size === 0) node.deleteIn(path);
      return true;
    },
    has: key => map()?.has(key) ?? false,
    entries: () =>
      (map()?.entries ?? []).map(({ keyText, value }) => [
        keyText,
        value.kind === "scalar" ? value.text : "",
      ]),
  };
}
