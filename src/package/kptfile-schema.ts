import type { MapNode, YamlNode } from "../core/yaml/node.ts";

/** What a field of a Kptfile may hold. */
export type Shape =
  | { is: "string" | "integer" | "anything" }
  | { is: "strings"; of: "list" | "map" }
  | { is: "list"; of: Shape }
  | ObjectShape;

interface ObjectShape {
  is: "object";
  /** The name under which Go kpt's messages speak of it. */
  type: string;
  /** In the order in which new fields are written. */
  fields: Readonly<Record<string, Shape>>;
}

const text: Shape = { is: "string" };
const texts: Shape = { is: "strings", of: "list" };
const textMap: Shape = { is: "strings", of: "map" };

function object(type: string, fields: Record<string, Shape>): ObjectShape {
  return { is: "object", type, fields };
}

function list(of: Shape): Shape {
  return { is: "list", of };
}

const git = { repo: text, directory: text, ref: text };
const selector = object("v1.Selector", {
  apiVersion: text,
  kind: text,
  name: text,
  namespace: text,
  labels: textMap,
  annotations: textMap,
});
const fn = object("v1.Function", {
  image: text,
  exec: text,
  configPath: text,
  configRef: object("v1.ConfigRef", { apiVersion: text, kind: text, name: text, namespace: text }),
  configMap: textMap,
  name: text,
  tag: text,
  condition: text,
  selectors: list(selector),
  exclude: list(selector),
});
const step = object("v1.PipelineStepResult", {
  name: text,
  image: text,
  exec: text,
  executionError: text,
  stderr: text,
  exitCode: { is: "integer" },
  results: list({ is: "anything" }),
  errorResults: list({ is: "anything" }),
});
const generic = { storeID: text, resourceID: text, resourceVersion: text };

/** Every field of `kpt.dev/v1` Kptfiles; others are errors. */
export const kptfileShape = object("v1.KptFile", {
  apiVersion: text,
  kind: text,
  metadata: object("yaml.ObjectMeta", { name: text, namespace: text, labels: textMap, annotations: textMap }),
  upstream: object("v1.Upstream", { type: text, git: object("v1.Git", git), updateStrategy: text }),
  upstreamLock: object("v1.Locator", {
    type: text,
    git: object("v1.GitLock", { ...git, commit: text }),
    generic: object("v1.GenericLock", generic),
  }),
  info: object("v1.PackageInfo", {
    site: text,
    emails: texts,
    license: text,
    licenseFile: text,
    description: text,
    keywords: texts,
    man: text,
    readinessGates: list(object("v1.ReadinessGate", { conditionType: text })),
  }),
  pipeline: object("v1.Pipeline", { mutators: list(fn), validators: list(fn) }),
  inventory: object("v1.Inventory", {
    namespace: text,
    name: text,
    inventoryID: text,
    labels: textMap,
    annotations: textMap,
  }),
  status: object("v1.Status", {
    conditions: list(object("v1.Condition", { type: text, status: text, reason: text, message: text })),
    renderStatus: object("v1.RenderStatus", {
      mutationSteps: list(step),
      validationSteps: list(step),
      errorSummary: text,
    }),
  }),
});

/** Everything that keeps a tree from being a Kptfile, as `line N: …` in the words of Go kpt's parser. */
export function schemaProblems(root: MapNode): string[] {
  const problems: string[] = [];
  checkObject(root, kptfileShape, problems);
  return problems;
}

function check(node: YamlNode, shape: Shape, problems: string[]): void {
  const value = node.kind === "alias" ? node.target() : node;
  if (value === undefined || shape.is === "anything" || isNull(value)) return;
  switch (shape.is) {
    case "object":
      if (value.kind === "map") checkObject(value, shape, problems);
      else problems.push(cannot(value, shape.type));
      return;
    case "list":
      if (value.kind !== "seq") problems.push(cannot(value, `[]${nameOf(shape.of)}`));
      else for (const item of value.items) check(item, shape.of, problems);
      return;
    case "strings":
      checkStrings(value, shape.of, problems);
      return;
    case "string":
      if (value.kind !== "scalar") problems.push(cannot(value, "string"));
      return;
    case "integer":
      if (value.kind !== "scalar" || value.type !== "int") problems.push(cannot(value, "int"));
  }
}

function checkStrings(value: YamlNode, of: "list" | "map", problems: string[]): void {
  if (of === "list" && value.kind === "seq") {
    for (const item of value.items) check(item, text, problems);
  } else if (of === "map" && value.kind === "map") {
    checkDuplicates(value, problems);
    for (const entry of value.entries) check(entry.value, text, problems);
  } else {
    problems.push(cannot(value, of === "list" ? "[]string" : "map[string]string"));
  }
}

function checkObject(map: MapNode, shape: ObjectShape, problems: string[]): void {
  checkDuplicates(map, problems);
  for (const { key, keyText, value } of map.entries) {
    const field = Object.hasOwn(shape.fields, keyText) ? shape.fields[keyText] : undefined;
    if (field) check(value, field, problems);
    else problems.push(`line ${key.position().line}: field ${keyText} not found in type ${shape.type}`);
  }
}

function checkDuplicates(map: MapNode, problems: string[]): void {
  const seen = new Map<string, number>();
  for (const { key, keyText } of map.entries) {
    const { line } = key.position();
    const first = seen.get(keyText);
    if (first === undefined) seen.set(keyText, line);
    else problems.push(`line ${line}: mapping key "${keyText}" already defined at line ${first}`);
  }
}

function cannot(value: YamlNode, type: string): string {
  return `line ${value.position().line}: cannot unmarshal ${describe(value)} into ${type}`;
}

function describe(value: YamlNode): string {
  if (value.kind !== "scalar") return `!!${value.kind}`;
  const tag = value.type === "string" ? "str" : value.type;
  const shown = value.text.length > 10 ? `${value.text.slice(0, 7)}...` : value.text;
  return `!!${tag} \`${shown}\``;
}

function nameOf(shape: Shape): string {
  return shape.is === "object" ? shape.type : "interface {}";
}

function isNull(value: YamlNode): boolean {
  return value.kind === "scalar" && value.type === "null";
}
