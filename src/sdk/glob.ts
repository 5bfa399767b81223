import { RE2JS } from "re2js";

/**
 * A test for paths by a glob as doublestar reads it: `*` and `?` within a name, `**` across folders, classes
 * in brackets, alternatives in braces. In linear time, whatever the pattern. Throws where a bracket, a brace or an
 * escape is left open.
 */
export function globMatcher(pattern: string): (path: string) => boolean {
  const compiled = RE2JS.compile(`^(?s:${translate(pattern)})$`);
  return path => compiled.matcher(path).find();
}

function translate(pattern: string): string {
  let regex = "";
  let braces = 0;
  for (let i = 0; i < pattern.length; i++) {
    const letter = pattern[i] ?? "";
    if (letter === "*") {
      const isWhole = pattern[i + 1] === "*" && (i === 0 || pattern[i - 1] === "/");
      const after = pattern[i + 2];
      if (isWhole && after === "/") {
        regex += "(?:[^/]+/)*";
        i += 2;
      } else if (isWhole && after === undefined) {
        regex += ".*";
        i++;
      } else regex += "[^/]*";
    } else if (letter === "?") regex += "[^/]";
    else if (letter === "[") {
      const end = pattern.indexOf("]", i + 2);
      if (end < 0) throw badPattern();
      const inside = pattern.slice(i + 1, end);
      regex += `[${inside.replace(/^!/, "^").replace(/[[\\]/g, "\\$&")}]`;
      i = end;
    } else if (letter === "{") {
      regex += "(?:";
      braces++;
    } else if (letter === "}" && braces > 0) {
      regex += ")";
      braces--;
    } else if (letter === "," && braces > 0) regex += "|";
    else if (letter === "\\") {
      i++;
      const escaped = pattern[i];
      if (escaped === undefined) throw badPattern();
      regex += RE2JS.quote(escaped);
    } else regex += RE2JS.quote(letter);
  }
  if (braces > 0) throw badPattern();
  return regex;
}

function badPattern(): Error {
  return new Error("syntax error in pattern");
}
