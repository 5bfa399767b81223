import { gunzipSync } from "node:zlib";
import { packedDefinitions } from "./data/definitions.ts";
import { kubernetesVersion } from "./data/discovery.ts";
import { kustomization } from "./kustomization.ts";
import { readSchemas } from "./openapi.ts";
import { type ObjectSchema, type Schema, splitApiVersion } from "./schema.ts";

/** Version of the embedded data, for example `v1.36.3`. */
export function schemaVersion(): string {
  return kubernetesVersion;
}

interface Definitions {
  kinds: Map<string, Map<string, string>>;
  read(name: string): Schema | undefined;
}

let loaded: Definitions | undefined;
const objects = new Map<string, ObjectSchema>();

function definitions(): Definitions {
  if (loaded !== undefined) return loaded;
  const [index = "{}", ...lines] = gunzipSync(Buffer.from(packedDefinitions, "base64"))
    .toString()
    .split("\n");
  // Only the definitions that are asked for are parsed.
  const texts = new Map<string, string>();
  for (const line of lines) {
    const blank = line.indexOf(" ");
    texts.set(line.slice(0, blank), line.slice(blank + 1));
  }
  const kinds = new Map<string, Map<string, string>>();
  for (const [apiVersion, names] of Object.entries<Record<string, string>>(JSON.parse(index))) {
    kinds.set(apiVersion, new Map(Object.entries(names)));
  }
  const read = readSchemas(name => {
    const text = texts.get(name);
    return text === undefined ? undefined : JSON.parse(text);
  });
  loaded = { kinds, read };
  return loaded;
}

/**
 * The schema of a built-in kind, also of versions that only older servers had; undefined for anything
 * Kubernetes itself does not serve. The same object is returned each time.
 */
export function schemaOf(apiVersion: string, kind: string): ObjectSchema | undefined {
  const key = `${apiVersion}/${kind}`;
  const known = objects.get(key);
  if (known !== undefined) return known;
  const schema = find(apiVersion, kind);
  if (schema === undefined) return undefined;
  const found = { ...schema, ...splitApiVersion(apiVersion), kind };
  objects.set(key, found);
  return found;
}

function find(apiVersion: string, kind: string): Schema | undefined {
  if (apiVersion === "kustomize.config.k8s.io/v1beta1" && kind === "Kustomization") return kustomization;
  const { kinds, read } = definitions();
  const name = kinds.get(apiVersion)?.get(kind);
  return name === undefined ? undefined : read(name);
}

/** A definition by its OpenAPI name, for example `io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta`. */
export function definitionOf(name: string): Schema | undefined {
  return definitions().read(name);
}

/** The schema of `metadata`, the same for every kind. */
export function metadataSchema(): Schema {
  const schema = definitionOf("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
  if (schema === undefined) throw new Error("the embedded schemas lack ObjectMeta");
  return schema;
}
