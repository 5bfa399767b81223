import { KptError } from "../error.ts";
import { effectiveEntries } from "./alias.ts";
import type { AliasNode, YamlNode } from "./node.ts";

/** How many values aliases may stand for in one document before it counts as a bomb. */
const aliasBudget = 1_000_000;

interface Expansion {
  /** Values made below aliases so far. */
  made: number;
  depth: number;
  open: Set<YamlNode>;
}

/** Null-prototype objects, arrays and scalars that mean what a node means. */
export function toPlain(node: YamlNode): unknown {
  return convert(node, { made: 0, depth: 0, open: new Set() });
}

function convert(node: YamlNode, expansion: Expansion): unknown {
  if (expansion.depth > 0 && ++expansion.made > aliasBudget) {
    throw refusal(node, "document contains excessive aliasing");
  }
  switch (node.kind) {
    case "scalar":
      return node.toJS();
    case "alias":
      return convertAlias(node, expansion);
    case "seq":
      return node.items.map(item => convert(item, expansion));
    default: {
      const object: Record<string, unknown> = Object.create(null);
      for (const [key, value] of effectiveEntries(node)) object[key] = convert(value, expansion);
      return object;
    }
  }
}

function convertAlias(alias: AliasNode, expansion: Expansion): unknown {
  const target = alias.target();
  if (target === undefined) throw refusal(alias, `unknown anchor '${alias.name}' referenced`);
  if (expansion.open.has(target)) throw refusal(alias, `anchor '${alias.name}' value contains itself`);
  expansion.open.add(target);
  expansion.depth++;
  const value = convert(target, expansion);
  expansion.depth--;
  expansion.open.delete(target);
  return value;
}

function refusal(node: YamlNode, problem: string): KptError {
  if (node.source !== undefined) return node.source.error(node.start, problem, "YAML_UNSUPPORTED");
  return new KptError("YAML_UNSUPPORTED", `yaml: ${problem}`);
}
