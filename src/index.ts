/** Packages as a library: read, get, merge, update and render them, without the command line. */
export { type ErrorCode, type ErrorFacts, KptError, type Place } from "./core/error.ts";
export { Resource } from "./core/resource.ts";
export type { ResourceId } from "./core/resource-id.ts";
export { type Rendered, type RenderOptions, renderPackage } from "./fn/render.ts";
export type { RenderFailure } from "./fn/stopped.ts";
export { mergeText } from "./merge/merge-text.ts";
export {
  allFiles,
  allPackages,
  type FoundResource,
  type PackageFile,
  type PackageTree,
  type ReadOptions,
  readPackage,
} from "./package/read.ts";
export { type GetOptions, getPackage } from "./upstream/get.ts";
export { type PlannedUpdate, planUpdate, type UpdateOptions } from "./upstream/update.ts";
