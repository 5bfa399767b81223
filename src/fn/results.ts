import type { PlainValue } from "../core/yaml/node.ts";

/** What a function has to say about a resource, in the words in which it is stored (spec: fn 1.4). */
export interface FunctionResult {
  message?: string;
  /** Empty counts as info but is stored as it is. */
  severity?: string;
  resourceRef?: { apiVersion?: string; kind?: string; name?: string; namespace?: string };
  field?: { path?: string; currentValue?: string; proposedValue?: string };
  file?: { path?: string; index?: number };
  tags?: ReadonlyMap<string, string>;
}

/** A function's run as it is stored in results.yaml and in the status. */
export interface FunctionRun {
  /** As declared in the Kptfile. */
  name?: string;
  image?: string;
  exec?: string;
  /** Why the function could not run at all; nothing else is known then. */
  executionError?: string;
  stderr?: string;
  exitCode: number;
  results: FunctionResult[];
  /** Where the trouble is that the results don't place. Shown, but not stored. */
  files?: readonly string[];
}

/** The one line that the terminal shows: `[severity] apiVersion/kind/namespace/name field: message`. */
export function resultLine(result: FunctionResult): string {
  const { apiVersion, kind, namespace, name } = result.resourceRef ?? {};
  const parts = [
    [apiVersion, kind, namespace, name].filter(part => part !== undefined && part !== "").join("/"),
    result.field?.path ?? "",
  ].filter(part => part !== "");
  const subject = parts.length > 0 ? ` ${parts.join(" ")}` : "";
  const line = `[${result.severity || "info"}]${subject}: ${result.message ?? ""}`;
  return line.replace(/\r?\n/g, " ").trimEnd();
}

type Entries = Map<string, PlainValue>;

function present(entries: Record<string, PlainValue | undefined>): Entries {
  const map: Entries = new Map();
  for (const [key, value] of Object.entries(entries)) {
    // A reference to nothing is kept, as the recorded results have it.
    const isEmpty = value instanceof Map && value.size === 0 && key !== "resourceRef";
    if (value === undefined || value === "" || isEmpty) continue;
    map.set(key, value);
  }
  return map;
}

export function storedResult(result: FunctionResult): PlainValue {
  const { resourceRef, field, file, tags } = result;
  return present({
    message: result.message,
    severity: result.severity,
    resourceRef:
      resourceRef &&
      present({
        apiVersion: resourceRef.apiVersion,
        kind: resourceRef.kind,
        name: resourceRef.name,
        namespace: resourceRef.namespace,
      }),
    field:
      field &&
      present({ path: field.path, currentValue: field.currentValue, proposedValue: field.proposedValue }),
    file: file && present({ path: file.path, index: file.index || undefined }),
    tags: tags && new Map([...tags].sort(([a], [b]) => (a < b ? -1 : 1))),
  });
}
