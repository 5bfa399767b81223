import { KptError } from "../core/error.ts";
import type { PackageFile } from "../package/read.ts";
import { isKustomization, krmProblem } from "./checks.ts";

/** Tells once per file which documents functions don't get to see, and how to say that this is meant. */
export function warnOfForeign(files: readonly PackageFile[], warn: (message: string) => void): void {
  for (const file of files) {
    const reason = foreignIn(file);
    if (reason === undefined) continue;
    warn(
      `${file.path}: ${reason}; functions don't see it and it stays as it is, list it in .krmignore to say so`,
    );
  }
}

function foreignIn(file: PackageFile): string | undefined {
  if (isTemplate(file)) return "a template, not YAML";
  for (const document of file.yaml.documents) {
    const problem = document.root === undefined ? undefined : krmProblem(document.root);
    if (problem !== undefined && !isKustomization(document.root, file.path)) {
      return `not a KRM resource, resource must have ${problem}`;
    }
  }
  return undefined;
}

/** Text with `{{ … }}` that can't be read as YAML: a template of Helm's or somebody's, none of our business. */
export function isTemplate(file: PackageFile): boolean {
  if (!file.text.includes("{{") || !/\{\{[^}]*\}\}/.test(file.text)) return false;
  try {
    return file.yaml === undefined;
  } catch (error) {
    if (error instanceof KptError && error.code === "YAML_SYNTAX") return true;
    throw error;
  }
}
