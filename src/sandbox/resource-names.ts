import type { JsonMap } from "../core/json.ts";
import type { Schema } from "../core/schema/schema.ts";

export interface Subresource {
  name: string;
  /** What it answers with, where that is not the parent's kind. */
  kind?: string;
  group?: string;
  version?: string;
  verbs: readonly string[];
}

/** What a custom resource definition says about one of its versions. */
export interface CustomVersion {
  definitionName: string;
  schema: Schema | undefined;
  hasStatus: boolean;
  scale: JsonMap | undefined;
  columns: JsonMap[];
  deprecation: string | undefined;
}

/** A kind in one version, as it is served. */
export interface ResourceType {
  group: string;
  version: string;
  /** `apps/v1`, or `v1` in the core group: an object's apiVersion. */
  groupVersion: string;
  plural: string;
  singular: string;
  kind: string;
  listKind: string;
  namespaced: boolean;
  shortNames: readonly string[];
  categories: readonly string[];
  verbs: readonly string[];
  subresources: readonly Subresource[];
  storageVersion: string;
  countsGenerations: boolean;
  needsResourceVersion: boolean;
  answersDeletedObject: boolean;
  custom: CustomVersion | undefined;
}

/** Under which objects of a kind are stored, whatever the version they are asked for in. */
export function collectionOf(type: { group: string; plural: string }): string {
  if (type.group === "events.k8s.io") return "events";
  return type.group === "" ? type.plural : `${type.plural}.${type.group}`;
}

/** `deployments.apps`, as it stands in messages; core kinds have no dot. */
export function qualifiedResource(type: { group: string; plural: string }): string {
  return type.group === "" ? type.plural : `${type.plural}.${type.group}`;
}

export function qualifiedKind(type: { group: string; kind: string }): string {
  return type.group === "" ? type.kind : `${type.kind}.${type.group}`;
}
