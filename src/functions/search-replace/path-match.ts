/**
 * A test for field paths: names between dots, `*` for any one, `**` for any number of them; elements of lists
 * as `a[0]`, `a[*]`, `*[b]`. Keys that hold dots count as several names, as with the published function.
 */
export function pathMatcher(pattern: string): (path: string) => boolean {
  const wanted = pattern.split(".");
  const last = wanted.at(-1) ?? "";
  return path => {
    const names = path.split(".");
    if (last !== "**" && last !== "*" && !isElement(names.at(-1) ?? "", last)) return false;
    return matches(names, wanted);
  };
}

function matches(names: readonly string[], wanted: readonly string[]): boolean {
  // Which beginnings of the pattern fit the names read so far.
  let reached = [true, ...wanted.map((_, i) => wanted.slice(0, i + 1).every(each => each === "**"))];
  for (const name of names) {
    const next = reached.map(() => false);
    for (const [i, each] of wanted.entries()) {
      if (each === "**") next[i + 1] = Boolean(next[i] || reached[i + 1] || reached[i]);
      else if (each === "*" || isElement(name, each)) next[i + 1] = reached[i] ?? false;
    }
    reached = next;
  }
  return reached.at(-1) ?? false;
}

function isElement(name: string, wanted: string): boolean {
  if (name === wanted) return true;
  if (!name.includes("[")) return false;
  const [nameField = "", nameIndex = ""] = name.split("[");
  const [wantedField = "", wantedIndex] = wanted.split("[");
  if (wantedField !== "*" && nameField !== wantedField) return false;
  return wantedIndex !== undefined && (wantedIndex === "*]" || nameIndex === wantedIndex);
}

/** Whether a pattern is a plain path that names one field, which can be made where it is missing. */
export function isPlainPath(pattern: string): boolean {
  return !pattern.includes("[") && pattern.split(".").every(name => name !== "" && !name.includes("*"));
}
