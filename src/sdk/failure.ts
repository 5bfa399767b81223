import type { Resource } from "../core/resource.ts";
import { FunctionError, fileOf, type ResourceList, refOf } from "../core/resource-list.ts";

/** The results already say why: what a function of the SDK prints when it ends without success. */
export function functionFailure(blames: readonly Resource[] = []): FunctionError {
  const stderr = "failed to evaluate function: error: function failure";
  return new FunctionError("function failure", stderr, blames);
}

/** One error result and the end, as the SDK's processors do it. */
export function failWith(list: ResourceList, message: string): never {
  list.results.push({ message, severity: "error" });
  throw functionFailure();
}

/** An error of the config itself, which may not even exist. */
export function failOnConfig(list: ResourceList, config: Resource | undefined, message: string): never {
  const isGiven = config !== undefined && config.node.size > 0;
  list.results.push({
    message,
    severity: "error",
    resourceRef: isGiven ? refOf(config) : {},
    file: (isGiven ? fileOf(list, config) : undefined) ?? { path: "", index: -1 },
  });
  throw functionFailure();
}

/** The end of a function of the older framework: its text stands on stderr twice. */
export function olderFailure(list: ResourceList, message: string, text: string): never {
  list.results.push({ message, severity: "error" });
  throw new FunctionError(text, `${text}${text}\n`);
}
