/** A value as JSON or YAML can say it; whole numbers beyond 2^53 are bigints. */
export type Json = null | boolean | number | bigint | string | Json[] | JsonMap;
export interface JsonMap {
  [key: string]: Json;
}

export function isMap(value: unknown): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path of keys and indexes; undefined where a step is missing or not a collection. */
export function valueAt(value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let current = value;
  for (const step of path) {
    if (current === null || typeof current !== "object" || !Object.hasOwn(current, step)) return undefined;
    current = Array.isArray(current) ? current[Number(step)] : current[step];
  }
  return current;
}

export function textAt(value: Json | undefined, ...path: readonly (string | number)[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "string" ? found : undefined;
}

export function mapAt(value: Json | undefined, ...path: readonly (string | number)[]): JsonMap | undefined {
  const found = valueAt(value, ...path);
  return isMap(found) ? found : undefined;
}

export function listAt(value: Json | undefined, ...path: readonly (string | number)[]): Json[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** A map that has no inherited keys, so that `__proto__` is a key like any other. */
export function emptyMap(): JsonMap {
  return Object.create(null) as JsonMap;
}

export function mapOf(entries: Iterable<readonly [string, Json]>): JsonMap {
  const map = emptyMap();
  for (const [key, value] of entries) map[key] = value;
  return map;
}

export function cloneJson<T extends Json>(value: T): T;
export function cloneJson(value: Json): Json {
  if (Array.isArray(value)) return value.map(item => cloneJson(item));
  if (isMap(value)) return mapOf(Object.entries(value).map(([key, item]) => [key, cloneJson(item)] as const));
  return value;
}

/** Equal by meaning: the order of keys, and number against bigint, make no difference. */
export function equalJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a === "bigint" || typeof b === "bigint") {
    return isNumber(a) && isNumber(b) && Number(a) === Number(b);
  }
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => equalJson(item, b[index]));
  }
  if (!isMap(a) || !isMap(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every(key => Object.hasOwn(b, key) && equalJson(a[key], b[key]))
  );
}

function isNumber(value: Json | undefined): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** JSON without blanks, keys in byte order as Go's encoder writes maps, `<`, `>` and `&` as they are. */
export function compactJson(value: Json): string {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return `[${value.map(compactJson).join(",")}]`;
  if (!isMap(value)) return JSON.stringify(value);
  const fields = Object.keys(value)
    .sort(compareBytes)
    .map(key => `${JSON.stringify(key)}:${compactJson(value[key] ?? null)}`);
  return `{${fields.join(",")}}`;
}

/** The order of Go's strings: by code point, which UTF-16 code units only miss beyond the basic plane. */
export function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left === right) continue;
    const leftHigh = left >= 0xd800 && left <= 0xdfff;
    const rightHigh = right >= 0xd800 && right <= 0xdfff;
    if (leftHigh !== rightHigh) return leftHigh ? 1 : -1;
    return left - right;
  }
  return a.length - b.length;
}
