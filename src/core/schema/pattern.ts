import { RE2JS } from "re2js";

const matchers = new Map<string, (text: string) => boolean>();
/** A hostile package may bring any number of patterns. */
const most = 1000;

/**
 * A search for a pattern in Go's syntax, in linear time. A pattern that cannot be read matches everything:
 * whoever takes a schema in says that it is wrong, not who checks against it.
 */
export function matcherOf(pattern: string): (text: string) => boolean {
  const known = matchers.get(pattern);
  if (known !== undefined) return known;
  if (matchers.size >= most) matchers.clear();
  const made = compile(pattern);
  matchers.set(pattern, made);
  return made;
}

function compile(pattern: string): (text: string) => boolean {
  try {
    const compiled = RE2JS.compile(pattern);
    return text => compiled.matcher(text).find();
  } catch {
    return () => true;
  }
}
