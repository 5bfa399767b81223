import { emptyMap, isMap, type Json, type JsonMap } from "../core/json.ts";
import { parseYaml } from "../core/yaml/parse.ts";
import { type ApiError, badRequest } from "./api-error.ts";
import { bare } from "./kube-object.ts";
import { depthProblem, isTooDeep, isYaml } from "./protocol.ts";

/** Bodies: text → plain values. */

/** Text that is no JSON or YAML; the sentence is Go's where it is known. */
export class BodySyntaxError extends Error {}

export function parseJsonText(text: string): Json {
  if (depthProblem(text)) throw new BodySyntaxError("exceeded max depth");
  try {
    const value: unknown = JSON.parse(text);
    return bare(asJson(value));
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    throw new BodySyntaxError(goSyntaxMessage(text, thrown.message));
  }
}

/** JSON.parse answers with nothing that JSON has no word for. */
function asJson(value: unknown): Json {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  if (Array.isArray(value)) return value;
  return isMap(value) ? value : null;
}

function goSyntaxMessage(text: string, message: string): string {
  const token = /^Unexpected token '?(.)'?,? .*is not valid JSON/su.exec(message)?.[1];
  if (token !== undefined && text.trimStart().startsWith(token)) {
    return `invalid character '${token}' looking for beginning of value`;
  }
  if (/Unexpected end|Unterminated|end of JSON|after array element$|in JSON at position/.test(message)) {
    const position = /position (\d+)/.exec(message)?.[1];
    if (position === undefined || Number(position) >= text.length) return "unexpected end of JSON input";
    const char = text[Number(position)] ?? "";
    return `invalid character '${char}' looking for beginning of value`;
  }
  return "invalid character in JSON";
}

export function parseBodyText(text: string, contentType: string): Json {
  if (!isYaml(contentType) || /^\s*[{[]/.test(text)) {
    try {
      return parseJsonText(text);
    } catch (thrown) {
      // Flow YAML also begins with a brace.
      if (!(thrown instanceof BodySyntaxError) || !isYaml(contentType)) throw thrown;
    }
  }
  try {
    const root = parseYaml(text).documents[0]?.root;
    const value = root === undefined ? null : asJson(root.toJS());
    if (isTooDeep(value)) throw new BodySyntaxError("exceeded max depth");
    return bare(value);
  } catch (thrown) {
    if (thrown instanceof BodySyntaxError) throw thrown;
    throw new BodySyntaxError(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

/** Reads the body of a create or update: an object of a kind. */
export function parseObjectBody(text: string, contentType: string, kind: string): JsonMap {
  let value: Json;
  try {
    value = parseBodyText(text, contentType);
  } catch (thrown) {
    if (!(thrown instanceof BodySyntaxError)) throw thrown;
    throw unrecognized(kind, `couldn't get version/kind; json parse error: ${thrown.message}`, text);
  }
  if (isMap(value)) return value;
  if (value === null) return emptyMap();
  const found = Array.isArray(value) ? "array" : typeof value;
  const target = String.raw`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`;
  throw unrecognized(
    kind,
    `couldn't get version/kind; json parse error: json: cannot unmarshal ${found} into Go value of type ${target}`,
    text,
  );
}

/** The complaint about a body that is no object of the kind; it ends with how the body begins. */
export function unrecognized(kind: string, why: string, text: string): ApiError {
  const start = text.length > 30 ? `${text.slice(0, 30)} ...` : text;
  const shown =
    text === "" ? "<empty>" : text.startsWith("{") ? start : Buffer.from(text.slice(0, 30)).toString("hex");
  return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${shown})`);
}

/** Paths of keys that a JSON text gives twice; the last one counts, as everywhere. */
export function duplicateFields(text: string): string[] {
  const found: string[] = [];
  const frames: { keys: Set<string> | undefined; path: string; index: number; key: string }[] = [];
  const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;
  let expectKey = false;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const word = match[0];
    const top = frames.at(-1);
    if (word === "{" || word === "[") {
      const path = top === undefined ? "" : placeIn(top);
      frames.push({ keys: word === "{" ? new Set() : undefined, path, index: 0, key: "" });
      expectKey = word === "{";
    } else if (word === "}" || word === "]") {
      frames.pop();
      expectKey = false;
    } else if (word === ",") {
      if (top?.keys === undefined) {
        if (top !== undefined) top.index++;
      } else expectKey = true;
    } else if (word !== ":" && expectKey && top?.keys !== undefined) {
      const key = String(JSON.parse(word));
      top.key = key;
      if (top.keys.has(key)) found.push(placeIn(top));
      top.keys.add(key);
      expectKey = false;
    }
  }
  return [...new Set(found)];
}

function placeIn(frame: { keys: Set<string> | undefined; path: string; index: number; key: string }): string {
  if (frame.keys === undefined) return `${frame.path}[${frame.index}]`;
  return frame.path === "" ? frame.key : `${frame.path}.${frame.key}`;
}
