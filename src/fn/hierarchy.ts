import { basename, relative, sep } from "node:path";
import type { PackageTree } from "../package/read.ts";
import type { Pipeline } from "./pipeline.ts";

/** A package with its pipeline, read and checked before anything runs. */
export interface PipelinePackage {
  tree: PackageTree;
  directory: string;
  name: string;
  /** As error chains name it: relative to the working folder. */
  shownPath: string;
  pipeline: Pipeline;
  below: PipelinePackage[];
}

/** The packages of a tree, their pipelines still empty. */
export function hierarchyOf(
  tree: PackageTree,
  shownPath: string,
  name = basename(tree.directory),
): PipelinePackage {
  const below = tree.subpackages.map(child => {
    const path = relative(tree.directory, child.directory).split(sep).join("/");
    const shown = shownPath === "." ? path : `${shownPath}/${path}`;
    return hierarchyOf(child, shown, `${name}/${basename(child.directory)}`);
  });
  return {
    tree,
    directory: tree.directory,
    name,
    shownPath,
    pipeline: { mutators: [], validators: [] },
    below,
  };
}

/** A package and all below it, parents first. */
export function preorder(pkg: PipelinePackage): PipelinePackage[] {
  return [pkg, ...pkg.below.flatMap(preorder)];
}

export function descendants(pkg: PipelinePackage): PipelinePackage[] {
  return preorder(pkg).slice(1);
}

/** A package and all below it, level by level. */
export function byLevel(root: PipelinePackage): PipelinePackage[] {
  const found: PipelinePackage[] = [];
  let level = [root];
  while (level.length > 0) {
    found.push(...level);
    level = level.flatMap(pkg => pkg.below);
  }
  return found;
}

/** The packages from one down to another, both included; empty where there is no such way. */
export function pathTo(from: PipelinePackage, to: PipelinePackage): PipelinePackage[] {
  if (from === to) return [from];
  for (const child of from.below) {
    const rest = pathTo(child, to);
    if (rest.length > 0) return [from, ...rest];
  }
  return [];
}
