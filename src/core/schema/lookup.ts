import type { ObjectSchema } from "./schema.ts";

/** Version of the embedded data, for example `v1.36.3`. */
export function schemaVersion(): string {
  return "";
}

/** The schema of a built-in kind; undefined for anything Kubernetes itself does not serve. */
export function schemaOf(_apiVersion: string, _kind: string): ObjectSchema | undefined {
  return undefined;
}
