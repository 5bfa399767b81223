import type { Document, Node } from "yaml";
import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseAllDocuments } from "yaml";
import type { YamlFile } from "../../src/core/yaml/file.ts";
import type { YamlNode } from "../../src/core/yaml/node.ts";

/** What the `yaml` library makes of a text: documents, or undefined when it finds an error. */
export function readByLibrary(text: string): Document[] | undefined {
  const documents = parseAllDocuments(text, {
    logLevel: "silent",
    lineCounter: new LineCounter(),
    uniqueKeys: true,
    keepSourceTokens: false,
  });
  if (!Array.isArray(documents) || documents.some(document => document.errors.length > 0)) return undefined;
  return documents;
}

type Shape = string | Shape[];

/** Kinds, texts, styles and ranges of a tree of ours, as far as both readers give them. */
export function shapeOf(file: YamlFile): Shape {
  return file.documents.flatMap(({ root }) => (root === undefined ? [] : [ownShape(root)]));
}

function ownShape(node: YamlNode): Shape {
  switch (node.kind) {
    case "map":
      return [`map${mark(node)}`, ...node.entries.map(({ key, value }) => [ownShape(key), ownShape(value)])];
    case "seq":
      return [
        `seq${node.flow ? `[${node.start}-${node.end}]` : ""}${mark(node)}`,
        ...node.items.map(ownShape),
      ];
    case "alias":
      return `*${node.name} ${node.start}-${node.end}`;
    default: {
      if (node.start === node.end) return `nothing${mark(node)}`;
      const isBlock = node.style === "literal" || node.style === "folded";
      const range = isBlock ? `${node.start}` : `${node.start}-${node.end}`;
      return `${node.style} ${range} ${JSON.stringify(node.text)}${mark(node)}`;
    }
  }
}

function mark(node: YamlNode): string {
  return `${node.anchor === undefined ? "" : ` &${node.anchor}`}${node.tag === undefined ? "" : " tagged"}`;
}

const styles: Record<string, string> = {
  PLAIN: "plain",
  QUOTE_SINGLE: "single",
  QUOTE_DOUBLE: "double",
  BLOCK_LITERAL: "literal",
  BLOCK_FOLDED: "folded",
};

export function libraryShape(documents: readonly Document[]): Shape {
  return documents.map(({ contents }) => nodeShape(contents)).filter(shape => shape !== "nothing");
}

function nodeShape(node: unknown): Shape {
  if (isMap(node)) {
    const items = node.items.map(pair => (isPair(pair) ? [nodeShape(pair.key), nodeShape(pair.value)] : "?"));
    return [`map${libraryMark(node)}`, ...items];
  }
  if (isSeq(node)) {
    const range = node.flow === true && node.range ? `[${node.range[0]}-${node.range[1]}]` : "";
    return [`seq${range}${libraryMark(node)}`, ...node.items.map(nodeShape)];
  }
  if (isAlias(node)) return `*${node.source} ${node.range?.[0]}-${node.range?.[1]}`;
  if (!isScalar(node)) return "nothing";
  const [start, end] = node.range ?? [0, 0];
  if (start === end) return `nothing${libraryMark(node)}`;
  const style = styles[node.type ?? "PLAIN"] ?? "?";
  const isBlock = style === "literal" || style === "folded";
  const range = isBlock ? `${start}` : `${start}-${end}`;
  return `${style} ${range} ${JSON.stringify(node.source ?? "")}${libraryMark(node)}`;
}

function libraryMark(node: Node & { anchor?: string }): string {
  return `${node.anchor === undefined ? "" : ` &${node.anchor}`}${node.tag === undefined ? "" : " tagged"}`;
}
