// Makes CommonJS of the ES modules that esbuild divides a program into. esbuild could do that itself, but would have
// every name that crosses two parts pass two getters each time it is used; here it is looked up once, when a part starts.
// That asks for parts without cycles, and for the shapes in which esbuild writes imports and exports.

const name = String.raw`[\w$]+`;
const names = String.raw`\{[^{}]*\}`;
const statement = new RegExp(
  String.raw`^import (?:(?:(${names})|(?:\* as )?(${name})) from )?"([^"\n]+)";$|^export (?:(${names})|default (.*));$`,
  "gm",
);
const dynamic = /\bimport\("([^"\n]+)"\)/g;

/** `text` is what esbuild wrote, `imports` what its metafile says that it imports. */
export function toCommonJs(text, imports) {
  const found = new Set();
  const exports = [];
  const code = text
    .replace(statement, (_whole, list, single, path, exported, value) => {
      if (exported !== undefined) exports.push(renamed(exported, (own, out) => `${out}: ${own}`));
      else if (value !== undefined) exports.push(`{ default: ${value} }`);
      if (path === undefined) return "";
      found.add(`import-statement ${path}`);
      const required = `require(${JSON.stringify(path)})`;
      if (list === undefined) return single === undefined ? `${required};` : `var ${single} = ${required};`;
      return `var ${renamed(list, (theirs, own) => `${theirs}: ${own}`)} = ${required};`;
    })
    .replace(dynamic, (_whole, path) => {
      found.add(`dynamic-import ${path}`);
      return `Promise.resolve().then(() => require(${JSON.stringify(path)}))`;
    });
  const wanted = imports.filter(({ kind }) => kind !== "require-call");
  const known = new Set(wanted.map(({ kind, path }) => `${kind} ${path.replace(/^dist\/kpt\//, "./")}`));
  const odd = [...found].filter(each => !known.has(each)).concat([...known].filter(each => !found.has(each)));
  if (odd.length > 0) throw new Error(`imports are read wrongly: ${odd.join(", ")}`);
  if (exports.length > 1) throw new Error("more than one list of exports");
  return `"use strict";\n${code}${exports.map(list => `module.exports = ${list};\n`).join("")}`;
}

/** The names of an `{ a, b as c }`, each written anew: `write(a, a)`, `write(b, c)`. */
function renamed(list, write) {
  const each = list.slice(1, -1).split(",");
  const pairs = each.map(item => item.trim().split(" as ")).filter(([first]) => first !== "");
  return `{ ${pairs.map(([first, second = first]) => write(first, second)).join(", ")} }`;
}
