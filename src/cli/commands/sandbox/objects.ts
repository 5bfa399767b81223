import { statSync } from "node:fs";
import { resolve } from "node:path";
import { KptError } from "../../../core/error.ts";
import { isMap } from "../../../core/json.ts";
import { Resource } from "../../../core/resource.ts";
import { parseYaml } from "../../../core/yaml/parse.ts";
import { readTextFile } from "../../../host/files.ts";
import { allFiles, readPackage } from "../../../package/read.ts";
import type { Sandbox } from "../../../sandbox/index.ts";
import type { Context } from "../../context.ts";

/** Puts the objects of files and folders into a sandbox, in their order; what is there already stays. */
export async function loadObjects(
  sandbox: Sandbox,
  context: Context,
  paths: readonly string[],
): Promise<void> {
  for (const path of paths) {
    for (const resource of await objectsIn(resolve(context.cwd, path), path)) {
      await createObject(sandbox, resource.toJS(), `${path}: `);
    }
  }
}

async function objectsIn(absolute: string, shown: string): Promise<Resource[]> {
  if (statSync(absolute, { throwIfNoEntry: false })?.isDirectory()) {
    const tree = await readPackage(absolute);
    const found = allFiles(tree).flatMap(file => file.resources.map(({ resource }) => resource));
    return found.filter(({ kind, apiVersion }) => kind !== "" && !apiVersion.startsWith("kpt.dev/"));
  }
  const { documents } = parseYaml(readTextFile(absolute, shown), { file: shown });
  return documents.flatMap(({ root }) => (root?.kind === "map" ? [new Resource(root)] : []));
}

/** Creates one object by what discovery tells of its kind. Throws CLUSTER_REFUSED with the server's reason. */
export async function createObject(sandbox: Sandbox, object: unknown, where = ""): Promise<void> {
  const { apiVersion, kind, metadata } = isMap(object) ? object : {};
  if (typeof apiVersion !== "string" || typeof kind !== "string" || !isMap(metadata)) {
    throw new KptError("RESOURCE_INVALID", `${where}object must have apiVersion, kind and metadata`);
  }
  const version = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const listed = await ask(sandbox, "GET", version);
  const resources =
    isMap(listed.body) && Array.isArray(listed.body["resources"]) ? listed.body["resources"] : [];
  const type = resources.find(
    each =>
      isMap(each) && each["kind"] === kind && typeof each["name"] === "string" && !each["name"].includes("/"),
  );
  if (!isMap(type)) {
    throw new KptError("CLUSTER_REFUSED", `${where}no matches for kind "${kind}" in version "${apiVersion}"`);
  }
  const { namespace } = metadata;
  const scope = type["namespaced"]
    ? `/namespaces/${typeof namespace === "string" ? namespace : "default"}`
    : "";
  const { status, body } = await ask(sandbox, "POST", `${version}${scope}/${String(type["name"])}`, object);
  if (status >= 400 && status !== 409) {
    const reason = isMap(body) && typeof body["message"] === "string" ? body["message"] : `status ${status}`;
    throw new KptError("CLUSTER_REFUSED", `${where}${reason}`);
  }
  if (kind === "CustomResourceDefinition") await sandbox.idle();
}

async function ask(sandbox: Sandbox, method: string, path: string, object?: unknown) {
  const answer = await sandbox.handle({
    method,
    path,
    headers: { accept: "application/json", "content-type": "application/json" },
    ...(object === undefined ? {} : { body: JSON.stringify(object) }),
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  const body: unknown = text === "" ? undefined : JSON.parse(text);
  return { status: answer.status, body };
}
