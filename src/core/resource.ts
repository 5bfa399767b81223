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

/** An object of Kubernetes' kind over its YAML node; every setter edits the node in place. */
export class Resource {
  readonly node: MapNode;
  apiVersion = "";
  kind = "";
  name = "";
  namespace: string | undefined;

  constructor(node: MapNode) {
    this.node = node;
  }

  get group(): string {
    throw new Error("not built yet");
  }
  get version(): string {
    throw new Error("not built yet");
  }
  get id(): ResourceId {
    throw new Error("not built yet");
  }
  get labels(): StringMap {
    throw new Error("not built yet");
  }
  get annotations(): StringMap {
    throw new Error("not built yet");
  }
  getIn(_path: Path): YamlNode | undefined {
    throw new Error("not built yet");
  }
  setIn(_path: Path, _value: YamlNode | PlainValue): void {
    throw new Error("not built yet");
  }
  deleteIn(_path: Path): boolean {
    throw new Error("not built yet");
  }
  toJS(): unknown {
    throw new Error("not built yet");
  }
}
