// The list of built-in functions is made from the folders of src/functions: a folder with a function.ts is a function.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The text of registry.ts for a folder of functions. */
export function registryText(folder) {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && existsSync(join(folder, entry.name, "function.ts")))
    .map(entry => entry.name)
    .sort();
  const table = (name, type, file) => [
    `export const ${name}: Readonly<Record<string, () => Promise<${type}>>> = {`,
    ...names.map(
      each => `  ${/^[a-z]+$/.test(each) ? each : `"${each}"`}: () => import("./${each}/${file}"),`,
    ),
    "};",
  ];
  return [
    "// Written by the build from the folders beside this file; see scripts/registry.mjs.",
    'import type { CatalogFunction } from "./catalog-function.ts";',
    'import type { FunctionDoc } from "./function-doc.ts";',
    "",
    ...table("functions", "{ fn: CatalogFunction }", "function.ts"),
    "",
    ...table("docs", "{ doc: FunctionDoc }", "doc.ts"),
    "",
  ].join("\n");
}

/** Brings registry.ts up to date. */
export function writeRegistry(root) {
  const folder = join(root, "src/functions");
  const file = join(folder, "registry.ts");
  const text = registryText(folder);
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}
