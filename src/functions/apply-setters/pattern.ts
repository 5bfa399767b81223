const reference = /\$\{([^}]*)\}/g;

/** The references `${name}` of a pattern, each as often as it stands there. */
export function referencesOf(pattern: string): string[] {
  return pattern.match(reference) ?? [];
}

export function nameOf(found: string): string {
  return found.slice(2, -1);
}

/** Whether the pattern refers to one of the setters. */
export function refersTo(pattern: string, setters: ReadonlyMap<string, string>): boolean {
  return referencesOf(pattern).some(found => setters.has(nameOf(found)));
}

/**
 * What the setters of a pattern must have been for a field to have its present value. Each reference stands for
 * as much as it can, from the left; empty unless the pattern is found in the value and every setter has a value.
 */
export function valuesFrom(pattern: string, value: string): Map<string, string> {
  const literals = pattern.split(/\$\{[^}]*\}/);
  const names = referencesOf(pattern).map(nameOf);
  const found = names.length === 0 ? undefined : matchGreedy(literals, value);
  const values = new Map<string, string>();
  if (found === undefined || found.some(each => each === "")) return values;
  // Of a name that occurs twice the last value counts, as with the published function.
  for (const [i, name] of names.entries()) values.set(name, found[i] ?? "");
  return values;
}

/**
 * Finds `literal (.*) literal (.*) literal` in a text as a leftmost, greedy regular expression does. The last
 * literal is placed as far right as possible, then the one before it, and so on; groups never span lines.
 */
function matchGreedy(literals: readonly string[], text: string): string[] | undefined {
  const [first = "", ...rest] = literals;
  for (let start = text.indexOf(first); start >= 0; start = nextStart(text, first, start)) {
    const from = start + first.length;
    const lineEnd = text.indexOf("\n", from);
    // Literals hold no line breaks: a comment is one line.
    const line = text.slice(from, lineEnd < 0 ? undefined : lineEnd);
    const groups = placeRightmost(rest, line);
    if (groups !== undefined) return groups;
  }
  return undefined;
}

/** A later start on the same line cannot succeed where an earlier one failed. */
function nextStart(text: string, first: string, start: number): number {
  const lineEnd = text.indexOf("\n", start + first.length);
  return lineEnd < 0 ? -1 : text.indexOf(first, lineEnd + 1);
}

function placeRightmost(literals: readonly string[], line: string): string[] | undefined {
  const starts: number[] = [];
  let end = line.length;
  for (const literal of [...literals].reverse()) {
    const at = end < literal.length ? -1 : line.lastIndexOf(literal, end - literal.length);
    if (at < 0) return undefined;
    starts.unshift(at);
    end = at;
  }
  let from = 0;
  return literals.map((literal, i) => {
    const at = starts[i] ?? 0;
    const group = line.slice(from, at);
    from = at + literal.length;
    return group;
  });
}
