import { join, relative } from "node:path";
import { cleanPath, staysInside } from "../host/inside.ts";
import { descendants, type PipelinePackage } from "./hierarchy.ts";
import type { Item } from "./item.ts";
import { type ConfigRef, type FunctionDeclaration, invalid, readConfigFile } from "./pipeline.ts";
import { type FunctionConfig, functionInput } from "./wire.ts";

/** The functionConfig of a step as it is now: an earlier function may have changed it (spec: fn 3.3). */
export function configOf(
  pkg: PipelinePackage,
  declared: FunctionDeclaration,
  items: readonly Item[],
  kind: "mutator" | "validator",
): FunctionConfig {
  const { configPath, configMap, configRef, field, name, image } = declared;
  if (configMap !== undefined && configMap.size > 0) return { node: functionInput(configMap) };
  const isOwn = (item: Item) => item.packagePath === pkg.directory;
  if (configRef !== undefined) {
    const found = items.filter(item => isOwn(item) && refersTo(configRef, item));
    if (found.length === 1 && found[0] !== undefined) return { item: found[0] };
    throw invalid(
      `${field}.configRef`,
      `${configRef.kind}/${configRef.name}`,
      `functionConfig must match exactly one resource of the package, got ${found.length}`,
    );
  }
  if (configPath === undefined) return undefined;
  const item = items.find(each => isOwn(each) && each.path === configPath);
  if (item !== undefined) return { item };
  const file = join(pkg.directory, cleanPath(configPath));
  if (descendants(pkg).some(each => staysInside(relative(each.directory, file)))) {
    const label = name ?? baseName(image ?? "");
    throw invalid(
      `${field}.configPath`,
      configPath,
      `functionConfig resource for ${kind} ${JSON.stringify(label)} is missing from path ${JSON.stringify(configPath)}, this also occurs if ${JSON.stringify(configPath)} is part of a subpackage`,
    );
  }
  return { node: readConfigFile(pkg.directory, configPath) };
}

function refersTo(ref: ConfigRef, { resource }: Item): boolean {
  return (
    resource !== undefined &&
    resource.kind === ref.kind &&
    resource.name === ref.name &&
    (ref.apiVersion === undefined || resource.apiVersion === ref.apiVersion) &&
    (ref.namespace === undefined || resource.namespace === ref.namespace)
  );
}

function baseName(text: string): string {
  return text.slice(text.lastIndexOf("/") + 1).replace(/[:@].*$/, "");
}
