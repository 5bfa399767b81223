import { statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { KptError } from "../../../core/error.ts";
import { type Branch, packageTree, type ShownResource } from "../../../package/tree.ts";
import type { Run } from "../../command.ts";
import { exitCodes } from "../../exit-codes.ts";
import { packageArgument } from "../../package-argument.ts";
import { drawTree, type TreeLine } from "../../terminal/tree.ts";
import { visibleLine } from "../../terminal/visible.ts";
import type { treeFlags } from "./tree.ts";

export const run: Run<typeof treeFlags> = async (context, { args }) => {
  const { given, absolute } = packageArgument(context, args[0]);
  if (!statSync(absolute).isDirectory()) throw new KptError("IO", `${given} is not a directory`);
  const branch = await packageTree(absolute, context.signal);
  if (branch !== undefined) {
    const root = treeLine(branch, basename(resolve(context.cwd, given)));
    context.stdout.write(drawTree(root));
  }
  return exitCodes.ok;
};

function treeLine(branch: Branch, name: string): TreeLine {
  const leaves = [...branch.resources.map(resourceText), ...branch.files];
  return {
    text: visibleLine(branch.isPackage ? `Package "${name}"` : name),
    below: [
      ...leaves.map(text => ({ text: visibleLine(text), below: [] })),
      ...branch.branches.map(each => treeLine(each, each.name ?? "")),
    ],
  };
}

function resourceText({ file, kind, name, namespace }: ShownResource): string {
  return `[${file}]  ${kind} ${namespace === undefined || namespace === "" ? "" : `${namespace}/`}${name}`;
}
