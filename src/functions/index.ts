export type { CatalogFunction, FunctionCall } from "./catalog-function.ts";
export { functionNames, loadFunction } from "./registry.ts";
