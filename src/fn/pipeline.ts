import { lstatSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { KptError, messageOf } from "../core/error.ts";
import { MapNode, type YamlNode } from "../core/yaml/node.ts";
import { parseYaml } from "../core/yaml/parse.ts";
import { readTextFile } from "../host/files.ts";
import { cleanPath, resolveInside, staysInside } from "../host/inside.ts";
import { reasonOf } from "../host/io-error.ts";
import type { Kptfile, PipelineFunction, PipelineList } from "../package/kptfile.ts";
import { krmProblem } from "./checks.ts";
import { parseImage } from "./image.ts";

/** One step as its Kptfile declares it. */
export interface FunctionDeclaration extends PipelineFunction {
  configRef?: ConfigRef;
  /** A CEL expression over `resources`; the step is left out where it is false. */
  condition?: string;
}

/** A resource of the package that is named instead of its file. */
export interface ConfigRef {
  apiVersion?: string;
  kind: string;
  name: string;
  namespace?: string;
}

export interface Pipeline {
  mutators: FunctionDeclaration[];
  validators: FunctionDeclaration[];
}

/** A step that can't be run as it is declared; chains of errors name its image. */
export class InvalidStep extends KptError {
  readonly image: string;

  constructor(error: KptError, image: string) {
    const { code, message, label, place } = error;
    super(code, message, { label, cause: error, ...(place ? { place } : {}) });
    this.image = image;
  }
}

/** Reads the `pipeline` of a Kptfile and checks what its schema can't say (spec: fn 3.4). */
export function readPipeline(kptfile: Kptfile, directory: string): Pipeline {
  const list = (name: PipelineList) =>
    kptfile.functions(name).map(each => {
      const declaration: FunctionDeclaration = { ...each };
      const condition = each.node.text("condition");
      if (condition !== undefined && condition !== "") declaration.condition = condition;
      const ref = each.node.get("configRef");
      if (ref instanceof MapNode) declaration.configRef = readRef(ref);
      for (const key of ["image", "exec", "configPath"] as const) {
        if (declaration[key] === "") delete declaration[key];
      }
      try {
        checkFunction(declaration, each.field, directory);
      } catch (error) {
        throw error instanceof KptError ? new InvalidStep(error, declaration.image ?? "") : error;
      }
      return declaration;
    });
  return { mutators: list("mutators"), validators: list("validators") };
}

function readRef(node: MapNode): ConfigRef {
  const ref: ConfigRef = { kind: node.text("kind") ?? "", name: node.text("name") ?? "" };
  for (const key of ["apiVersion", "namespace"] as const) {
    const text = node.text(key);
    if (text) ref[key] = text;
  }
  return ref;
}

function checkFunction(declaration: FunctionDeclaration, field: string, directory: string): void {
  const { image, exec, configPath, configMap, configRef } = declaration;
  if (image === undefined && exec === undefined) {
    throw invalid(field, undefined, "must specify a functon (`image` or `exec`) to execute");
  }
  if (image !== undefined && exec !== undefined) {
    throw invalid(field, undefined, "must not specify both `image` and `exec` at the same time");
  }
  if (image !== undefined && parseImage(image) === undefined) {
    throw invalid(
      `${field}.image`,
      image,
      `function image reference ${JSON.stringify(image)} is invalid: invalid reference format`,
    );
  }
  if (configMap !== undefined && configPath !== undefined) {
    throw invalid(
      field,
      undefined,
      "functionConfig must not specify both `configMap` and `configPath` at the same time",
    );
  }
  if (configRef !== undefined) {
    if (configMap !== undefined || configPath !== undefined) {
      throw invalid(
        field,
        undefined,
        "functionConfig must specify only one of `configMap`, `configPath` and `configRef`",
      );
    }
    if (configRef.kind === "" || configRef.name === "") {
      throw invalid(`${field}.configRef`, undefined, "`kind` and `name` must not be empty");
    }
  }
  if (configPath !== undefined) checkConfigPath(configPath, `${field}.configPath`, directory);
}

function checkConfigPath(path: string, field: string, directory: string): void {
  const fail = (reason: string) => invalid(field, path, reason);
  if (path.trim() === "") throw fail("path must not be empty");
  if (isAbsolute(path)) throw fail("path must be relative");
  if (!staysInside(path)) throw fail("path must not be outside the package");
  if (path.includes("\0")) throw fail("path must not hold a NUL character");
  const absolute = join(directory, path);
  try {
    statSync(absolute);
  } catch (error) {
    throw fail(
      `failed to open functionConfig from path ${JSON.stringify(path)}: open ${absolute}: ${reasonOf(error)}`,
    );
  }
  try {
    readConfigFile(directory, path);
  } catch (error) {
    throw fail(messageOf(error));
  }
}

/** The one document of a config file below `directory`. Throws with the reason as Kptfile validation words it. */
export function readConfigFile(directory: string, path: string): MapNode {
  const absolute = resolveInside(directory, cleanPath(path));
  const status = lstatSync(absolute);
  if (!status.isFile())
    throw new Error(
      `failed to read functionConfig ${JSON.stringify(path)}: ${status.isDirectory() ? `read ${absolute}: is a directory` : "not a file"}`,
    );
  return parseConfig(absolute, path);
}

/** The one document of a functionConfig file; `shown` is how messages call it. */
export function parseConfig(absolute: string, shown: string): MapNode {
  let roots: YamlNode[];
  try {
    const file = parseYaml(readTextFile(absolute, shown), { file: shown });
    roots = file.documents.map(document => document.root).filter(root => root !== undefined);
  } catch (error) {
    if (!(error instanceof KptError)) throw error;
    throw new KptError(
      error.code,
      `failed to read functionConfig ${JSON.stringify(shown)}: ${error.message}`,
      {
        cause: error,
      },
    );
  }
  if (roots.length !== 1) {
    const amount =
      roots.length === 0
        ? "must contain one config, got 0"
        : `must not contain more than one config, got ${roots.length}`;
    throw new KptError("RESOURCE_INVALID", `functionConfig ${JSON.stringify(shown)} ${amount}`);
  }
  if (roots[0]?.kind === "scalar") {
    throw new KptError(
      "RESOURCE_INVALID",
      `failed to read functionConfig ${JSON.stringify(shown)}: wrong node kind: expected MappingNode but got ScalarNode: node contents:\n${roots[0].text}\n`,
    );
  }
  const problem = krmProblem(roots[0]);
  if (problem !== undefined || !(roots[0] instanceof MapNode)) {
    throw new KptError(
      "RESOURCE_INVALID",
      `functionConfig ${JSON.stringify(shown)}: resource must have ${problem ?? "`apiVersion`"}`,
    );
  }
  return roots[0];
}

/** Kptfile validation's own frame, which scripts know. */
export function invalid(field: string, value: string | undefined, reason: string): KptError {
  const lines = ["Kptfile is invalid:", `Field: \`${field}\``];
  if (value !== undefined) lines.push(`Value: ${JSON.stringify(value)}`);
  lines.push(`Reason: ${reason}`, " ");
  return new KptError("KPTFILE_INVALID", lines.join("\n"), {
    label: "none",
    place: { file: "Kptfile", field },
  });
}
