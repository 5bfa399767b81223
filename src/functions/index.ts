export type { CatalogFunction, FunctionCall } from "./catalog-function.ts";
export { docText, type FunctionDoc } from "./function-doc.ts";
export { functionNames, loadDoc, loadFunction } from "./load.ts";
