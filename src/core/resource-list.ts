import type { Resource } from "./resource.ts";

export type Severity = "error" | "warning" | "info";

/** What a function has to say about a resource or about its work. */
export interface Result {
  message: string;
  /** Older functions leave it out; it is shown as info then. */
  severity?: Severity;
  resourceRef?: ResourceRef;
  field?: { path: string; currentValue?: string; proposedValue?: string };
  file?: { path: string; index?: number };
  tags?: ReadonlyMap<string, string>;
}

export interface ResourceRef {
  apiVersion?: string;
  kind?: string;
  name?: string;
  namespace?: string;
}

/** Where an item lies: the file below the package, and its position among the file's documents. */
export interface ItemPlace {
  path: string | undefined;
  index: number | undefined;
  /** The package that the path is relative to, in words of the runtime; the running one where absent. */
  owner?: string;
}

/** What a function is given and may change: items' nodes in place, the list itself, the results. */
export interface ResourceList {
  items: Resource[];
  functionConfig: Resource | undefined;
  results: Result[];
  /**
   * Places travel beside the items, so that nobody's text is touched by travelling. A function gives a
   * place to an item that it adds where the default file is not wanted; items without one are new.
   */
  places: Map<Resource, ItemPlace>;
}

/** A list for calling a function directly. */
export function resourceList(
  items: Resource[],
  facts: { functionConfig?: Resource | undefined; places?: Map<Resource, ItemPlace> } = {},
): ResourceList {
  return { items, functionConfig: facts.functionConfig, results: [], places: facts.places ?? new Map() };
}

/**
 * A function ends without success. The items are in no particular state afterwards: whoever runs functions
 * throws them away. Results that were added before stay valid.
 */
export class FunctionError extends Error {
  override readonly name = "FunctionError";
  /** What the function, run as a program, would print on its stderr. */
  readonly stderr: string;
  /** The items that are to blame, where the results don't say so. */
  readonly blames: readonly Resource[];

  constructor(message: string, stderr: string = message, blames: readonly Resource[] = []) {
    super(message);
    this.stderr = stderr;
    this.blames = blames;
  }
}

export function refOf(resource: Resource): ResourceRef {
  const { apiVersion, kind, name, namespace } = resource;
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** The `file` of a result about an item; undefined for items that are in no file yet. */
export function fileOf(list: ResourceList, item: Resource): { path: string; index?: number } | undefined {
  const place = list.places.get(item);
  if (place?.path === undefined) return undefined;
  return { path: place.path, ...(place.index ? { index: place.index } : {}) };
}

const order: readonly (Severity | undefined)[] = ["error", "warning", "info", undefined];

/** Appends any number of results. */
export function addResults(list: ResourceList, results: Iterable<Result>): void {
  for (const result of results) list.results.push(result);
}

/** Sorts results as the SDKs do: by file, position in it, severity, then text. */
export function sortResults(results: Result[]): void {
  const keyed = results.map(result => ({ result, text: resultText(result) }));
  keyed.sort(
    (a, b) =>
      compare(a.result.file?.path ?? "", b.result.file?.path ?? "") ||
      (a.result.file?.index ?? 0) - (b.result.file?.index ?? 0) ||
      order.indexOf(a.result.severity) - order.indexOf(b.result.severity) ||
      compare(a.text, b.text),
  );
  keyed.forEach(({ result }, at) => {
    results[at] = result;
  });
}

/** The result in one line: `[severity] apiVersion/kind/namespace/name field: message`. */
export function resultText(result: Result): string {
  const { apiVersion, kind, namespace, name } = result.resourceRef ?? {};
  const subject = [apiVersion, kind, namespace, name]
    .filter(part => part !== undefined && part !== "")
    .join("/");
  const where = [subject, result.field?.path ?? ""].filter(part => part !== "").join(" ");
  return `[${result.severity ?? "info"}]${where === "" ? "" : ` ${where}`}: ${result.message}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
