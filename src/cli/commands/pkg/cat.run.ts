import { statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { KptError } from "../../../core/error.ts";
import { formatResource } from "../../../core/format.ts";
import type { MapNode, SeqNode, YamlNode } from "../../../core/yaml/node.ts";
import { parseYaml } from "../../../core/yaml/parse.ts";
import { canonicalText, newScalar } from "../../../core/yaml/print.ts";
import { packageFiles } from "../../../package/contents.ts";
import { kptfileName, PackageFolder } from "../../../package/folder.ts";
import { orMalformed } from "../../../package/malformed.ts";
import type { Input, Run } from "../../command.ts";
import { exitCodes } from "../../exit-codes.ts";
import { packageArgument } from "../../package-argument.ts";
import { visible } from "../../terminal/visible.ts";
import type { catFlags } from "./cat.ts";
import { flowText } from "./flow-text.ts";

type Flags = Input<typeof catFlags>["flags"];

const styles = [
  "TaggedStyle",
  "DoubleQuotedStyle",
  "SingleQuotedStyle",
  "LiteralStyle",
  "FoldedStyle",
  "FlowStyle",
];

export const run: Run<typeof catFlags> = async (context, { args, flags }) => {
  const unknown = flags.style.find(style => !styles.includes(style));
  if (unknown !== undefined) {
    throw new KptError(
      "USAGE",
      `unknown style ${JSON.stringify(unknown)}: must be one of ${styles.join(", ")}`,
    );
  }
  const { absolute } = packageArgument(context, args[0]);
  const isFolder = statSync(absolute).isDirectory();
  const folder = PackageFolder.open(isFolder ? absolute : dirname(absolute));
  const files = isFolder
    ? packageFiles(folder, { recurse: flags["recurse-subpackages"] })
    : [basename(absolute)];
  // Nothing is printed of a package that can't be printed whole.
  const parts: string[] = [];
  for (const path of files) {
    context.signal.throwIfAborted();
    parts.push(...partsOf(folder, path, flags));
  }
  parts.forEach((part, i) => {
    const text = context.stdout.isTTY ? visible(part) : part;
    context.stdout.write(i === 0 ? text : `---\n${text}`);
  });
  return exitCodes.ok;
};

/** What is printed of a file: its documents, its text, or nothing. Each part ends in a newline. */
function partsOf(folder: PackageFolder, path: string, flags: Flags): string[] {
  const bytes = folder.read(path).content;
  const name = basename(path);
  const file = join(folder.directory, path);
  if (name !== kptfileName && !/\.ya?ml$/.test(name)) return textOf(bytes);
  const { documents } = orMalformed(file, () => parseYaml(bytes.toString("utf8"), { file }));
  const roots = documents.flatMap(({ root }) => root ?? []);
  return roots.map((root, index) => documentText(root, { name, index, flags }));
}

function textOf(bytes: Buffer): string[] {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return [text.endsWith("\n") ? text : `${text}\n`];
  } catch {
    return [];
  }
}

interface Document {
  name: string;
  index: number;
  flags: Flags;
}

function documentText(root: YamlNode, { name, index, flags }: Document): string {
  if (root.kind === "map") {
    if (flags.annotate) annotate(root, name, index);
    if (flags.format) formatResource(root);
  }
  if (flags["strip-comments"]) stripComments(root);
  if (flags.style.includes("FlowStyle")) return flowText(root);
  return canonicalText(root, { indentSeq: "compact" });
}

/** Where the document comes from, in both spellings that functions know. */
function annotate(root: MapNode, path: string, index: number): void {
  for (const prefix of ["", "internal."]) {
    for (const [name, value] of [
      ["index", String(index)],
      ["path", path],
    ] as const) {
      const field = ["metadata", "annotations", `${prefix}config.kubernetes.io/${name}`];
      root.setIn(field, newScalar(value, { style: "single" }));
    }
  }
}

function stripComments(root: YamlNode): void {
  const pending: YamlNode[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.kind === "map") {
      for (const entry of node.entries) {
        entry.headComment = undefined;
        entry.lineComment = undefined;
        entry.footComment = undefined;
        entry.keyComment = undefined;
        pending.push(entry.value);
      }
    } else if (node.kind === "seq") {
      const list: SeqNode = node;
      list.items.forEach((item, index) => {
        const comments = list.itemComments(index);
        comments.head = undefined;
        comments.line = undefined;
        comments.foot = undefined;
        pending.push(item);
      });
    }
  }
}
