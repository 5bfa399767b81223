/** A path as Kubernetes writes it: `spec.ports[0].name`. */
export function fieldPath(path: readonly (string | number)[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}

const deepest = 50;

/** A value as error texts show it: quoted text, numbers as they are, JSON with sorted keys for the rest. */
export function show(value: unknown): string {
  return json(value, 0);
}

function json(value: unknown, depth: number): string {
  if (depth > deepest) return "…";
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return `[${value.map(item => json(item, depth + 1)).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${json(item, depth + 1)}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}
