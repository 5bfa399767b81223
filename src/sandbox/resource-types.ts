import { compareBytes } from "../core/json.ts";
import { builtinTypes } from "./builtin-kinds.ts";
import { collectionOf, type ResourceType } from "./resource-names.ts";

/** The kinds that are served right now. Custom ones come and go with their definitions. */
export class TypeTable {
  #builtin = builtinTypes();
  #custom = new Map<string, ResourceType[]>();
  #byPath = new Map<string, ResourceType>();
  #byKind = new Map<string, ResourceType>();
  #byCollection = new Map<string, ResourceType>();
  #all: readonly ResourceType[] = [];
  #groupVersions = new Set<string>();
  #revision = 1;

  constructor() {
    this.#index();
  }

  /** Changes whenever the set of kinds does: the stamp of cached discovery documents. */
  get revision(): number {
    return this.#revision;
  }

  all(): readonly ResourceType[] {
    return this.#all;
  }

  /** The storage type of a collection of objects. */
  ofCollection(collection: string): ResourceType | undefined {
    return this.#byCollection.get(collection);
  }

  find(groupVersion: string, plural: string): ResourceType | undefined {
    return this.#byPath.get(`${groupVersion}/${plural}`);
  }

  findKind(apiVersion: string, kind: string): ResourceType | undefined {
    return this.#byKind.get(`${apiVersion}/${kind}`);
  }

  /** The type in which the objects of a kind are stored. */
  storageTypeOf(type: ResourceType): ResourceType {
    if (type.version === type.storageVersion) return type;
    const groupVersion = type.group === "" ? type.storageVersion : `${type.group}/${type.storageVersion}`;
    return this.find(groupVersion, type.plural) ?? type;
  }

  hasGroupVersion(groupVersion: string): boolean {
    return this.#groupVersions.has(groupVersion);
  }

  setCustom(definitionName: string, types: ResourceType[]): void {
    if (types.length === 0) this.#custom.delete(definitionName);
    else this.#custom.set(definitionName, types);
    this.#revision++;
    this.#index();
  }

  #index(): void {
    this.#byPath.clear();
    this.#byKind.clear();
    this.#all = [...this.#builtin, ...[...this.#custom.values()].flat()];
    this.#groupVersions = new Set(this.#all.map(type => type.groupVersion));
    this.#byCollection.clear();
    for (const type of this.#all) {
      if (type.version === type.storageVersion || !this.#byCollection.has(collectionOf(type))) {
        this.#byCollection.set(collectionOf(type), type);
      }
      this.#byPath.set(`${type.groupVersion}/${type.plural}`, type);
      this.#byKind.set(`${type.groupVersion}/${type.kind}`, type);
    }
  }
}

/**
 * Kubernetes' order of versions, best first: v2, v1, v1beta2, v1beta1, v1alpha1, then other words by name.
 */
export function compareVersions(a: string, b: string): number {
  const left = versionRank(a);
  const right = versionRank(b);
  if (left === undefined || right === undefined) {
    if (left !== undefined) return -1;
    return right !== undefined ? 1 : compareBytes(a, b);
  }
  for (let index = 0; index < 3; index++) {
    const difference = (right[index] ?? 0) - (left[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function versionRank(version: string): [number, number, number] | undefined {
  const match = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/.exec(version);
  if (match === null) return undefined;
  const [, major, stage, minor] = match;
  return [stage === undefined ? 2 : stage === "beta" ? 1 : 0, Number(major), Number(minor ?? 0)];
}
