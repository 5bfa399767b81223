import type { YamlNode } from "../core/yaml/node.ts";

type Plain = null | boolean | number | string | RawNumber | Plain[] | { [key: string]: Plain };

/** A number that JavaScript can't hold, on its way into JSON text. */
class RawNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** JSON text with sorted keys, indented by two; numbers keep their digits. */
export function toJson(node: YamlNode): string {
  return `${write(plain(node), "")}\n`;
}

function plain(node: YamlNode): Plain {
  return sorted(node.toJS());
}

function sorted(value: unknown): Plain {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value === "bigint") return new RawNumber(value.toString());
  if (value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "string")
    return value;
  if (typeof value !== "object") return null;
  const result: { [key: string]: Plain } = Object.create(null);
  for (const [key, each] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    result[key] = sorted(each);
  return result;
}

function write(value: Plain, indent: string): string {
  const inner = `${indent}  `;
  if (value instanceof RawNumber) return value.text;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return `[\n${value.map(each => inner + write(each, inner)).join(",\n")}\n${indent}]`;
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    if (entries.length === 0) return "{}";
    return `{\n${entries.map(([key, each]) => `${inner}${JSON.stringify(key)}: ${write(each, inner)}`).join(",\n")}\n${indent}}`;
  }
  return JSON.stringify(value);
}
