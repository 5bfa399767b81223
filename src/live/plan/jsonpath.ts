import type { Json } from "../../core/json.ts";
import { equalJson, isMap } from "../../core/json.ts";

/** A place in a value: where it was found, so that it can be replaced. */
export interface Match {
  value: Json;
  replace(value: Json): void;
}

type Selector =
  | { kind: "name"; name: string }
  | { kind: "index"; index: number }
  | { kind: "slice"; from: number | undefined; to: number | undefined; step: number }
  | { kind: "all" }
  | { kind: "filter"; test: Test };

interface Step {
  selectors: Selector[];
  isDeep: boolean;
}

type Test = (item: Json, root: Json) => boolean;
type Operand = (item: Json, root: Json) => Json | undefined;

/** A JSONPath (`$.a[?(@.b=="c")].d`) that can't be read; the text says where. */
export class JsonPathError extends Error {
  override readonly name = "JsonPathError";
}

const maxDepth = 2_000;

/** Every place that a path selects, in the order of the document. */
export function findMatches(root: Json, path: string): Match[] {
  const steps = new PathParser(path).parse();
  let matches: Match[] = [{ value: root, replace: () => undefined }];
  for (const step of steps) {
    const from = step.isDeep ? matches.flatMap(match => withDescendants(match, 0)) : matches;
    matches = from.flatMap(match => step.selectors.flatMap(selector => select(match.value, selector, root)));
  }
  return matches;
}

function withDescendants(match: Match, depth: number): Match[] {
  if (depth > maxDepth) throw new JsonPathError("nested too deeply");
  return [match, ...children(match.value).flatMap(child => withDescendants(child, depth + 1))];
}

function children(value: Json): Match[] {
  if (Array.isArray(value)) return value.map((_, index) => item(value, index));
  return isMap(value) ? Object.keys(value).flatMap(name => field(value, name)) : [];
}

function item(list: Json[], index: number): Match {
  return {
    value: list[index] ?? null,
    replace: value => {
      list[index] = value;
    },
  };
}

function field(map: { [key: string]: Json }, name: string): Match[] {
  if (!Object.hasOwn(map, name)) return [];
  const replace = (value: Json): void => {
    Object.defineProperty(map, name, { value, writable: true, enumerable: true, configurable: true });
  };
  return [{ value: map[name] ?? null, replace }];
}

function select(value: Json, selector: Selector, root: Json): Match[] {
  switch (selector.kind) {
    case "name":
      return isMap(value) ? field(value, selector.name) : [];
    case "all":
      return children(value);
    case "filter":
      return children(value).filter(child => selector.test(child.value, root));
    case "index": {
      if (!Array.isArray(value)) return [];
      const index = selector.index < 0 ? value.length + selector.index : selector.index;
      return index >= 0 && index < value.length ? [item(value, index)] : [];
    }
    case "slice":
      return Array.isArray(value) ? sliceOf(value, selector) : [];
  }
}

function sliceOf(list: Json[], slice: Extract<Selector, { kind: "slice" }>): Match[] {
  const bound = (at: number | undefined, fallback: number): number => {
    if (at === undefined) return fallback;
    return Math.max(-1, Math.min(list.length, at < 0 ? list.length + at : at));
  };
  const found: Match[] = [];
  if (slice.step > 0) {
    const end = bound(slice.to, list.length);
    for (let at = Math.max(0, bound(slice.from, 0)); at < end; at += slice.step) found.push(item(list, at));
  } else if (slice.step < 0) {
    const end = bound(slice.to, -1);
    let at = Math.min(list.length - 1, bound(slice.from, list.length - 1));
    while (at > end) {
      found.push(item(list, at));
      at += slice.step;
    }
  }
  return found;
}

class PathParser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Step[] {
    this.#blanks();
    if (this.#peek() === "$") this.#at++;
    const steps = this.#steps();
    this.#blanks();
    if (this.#at < this.#text.length) throw this.#unexpected();
    return steps;
  }

  #steps(): Step[] {
    const steps: Step[] = [];
    for (;;) {
      const next = this.#peek();
      if (next === "[") steps.push({ selectors: this.#brackets(), isDeep: false });
      else if (next === ".") {
        this.#at++;
        const isDeep = this.#take(".");
        const selectors = this.#peek() === "[" ? this.#brackets() : [this.#dotted()];
        steps.push({ selectors, isDeep });
      } else if (steps.length === 0 && next !== undefined && /[A-Za-z_]/.test(next)) {
        steps.push({ selectors: [this.#dotted()], isDeep: false });
      } else return steps;
    }
  }

  #dotted(): Selector {
    if (this.#take("*")) return { kind: "all" };
    const name = /^[^\s.[\]()=!<>&|,'"?@$*]+/.exec(this.#text.slice(this.#at, this.#at + 1_000))?.[0];
    if (name === undefined) throw this.#unexpected();
    this.#at += name.length;
    return { kind: "name", name };
  }

  #brackets(): Selector[] {
    this.#expect("[");
    const selectors: Selector[] = [];
    do {
      this.#blanks();
      selectors.push(this.#selector());
      this.#blanks();
    } while (this.#take(","));
    this.#expect("]");
    return selectors;
  }

  #selector(): Selector {
    const next = this.#peek();
    if (next === undefined) throw this.#unexpected();
    if (next === "*") {
      this.#at++;
      return { kind: "all" };
    }
    if (next === "'" || next === '"') return { kind: "name", name: this.#quoted() };
    if (next === "?") {
      this.#at++;
      this.#blanks();
      return { kind: "filter", test: this.#or() };
    }
    return this.#indexOrSlice();
  }

  #indexOrSlice(): Selector {
    const from = this.#integer();
    this.#blanks();
    if (!this.#take(":")) {
      if (from === undefined) throw this.#unexpected();
      return { kind: "index", index: from };
    }
    this.#blanks();
    const to = this.#integer();
    this.#blanks();
    const step = this.#take(":") ? (this.#integer() ?? 1) : 1;
    return { kind: "slice", from, to, step };
  }

  #integer(): number | undefined {
    const text = /^-?\d{1,15}/.exec(this.#text.slice(this.#at, this.#at + 20))?.[0];
    if (text === undefined) return undefined;
    this.#at += text.length;
    return Number(text);
  }

  #or(): Test {
    let test = this.#and();
    for (this.#blanks(); this.#take("||"); this.#blanks()) {
      const left = test;
      const right = this.#and();
      test = (value, root) => left(value, root) || right(value, root);
    }
    return test;
  }

  #and(): Test {
    let test = this.#comparison();
    for (this.#blanks(); this.#take("&&"); this.#blanks()) {
      const left = test;
      const right = this.#comparison();
      test = (value, root) => left(value, root) && right(value, root);
    }
    return test;
  }

  #comparison(): Test {
    if (++this.#depth > 100) throw new JsonPathError("nested too deeply");
    this.#blanks();
    if (this.#take("!")) {
      const inner = this.#comparison();
      return (value, root) => !inner(value, root);
    }
    if (this.#take("(")) {
      const inner = this.#or();
      this.#blanks();
      this.#expect(")");
      return inner;
    }
    const left = this.#operand();
    this.#blanks();
    for (const [sign, compare] of comparisons) {
      if (!this.#take(sign)) continue;
      this.#blanks();
      const right = this.#operand();
      return (value, root) => compare(left(value, root), right(value, root));
    }
    return (value, root) => {
      const found = left(value, root);
      return found !== undefined && found !== false && found !== null;
    };
  }

  #operand(): Operand {
    const next = this.#peek();
    if (next === "'" || next === '"') {
      const text = this.#quoted();
      return () => text;
    }
    if (next === "@" || next === "$") {
      this.#at++;
      const steps = this.#steps();
      return (value, root) => {
        let matches: Match[] = [{ value: next === "@" ? value : root, replace: () => undefined }];
        for (const step of steps) {
          const from = step.isDeep ? matches.flatMap(match => withDescendants(match, 0)) : matches;
          matches = from.flatMap(match => step.selectors.flatMap(one => select(match.value, one, root)));
        }
        return matches[0]?.value;
      };
    }
    const word = /^(true|false|null|-?\d+(\.\d+)?([eE][+-]?\d+)?)/.exec(
      this.#text.slice(this.#at, this.#at + 40),
    )?.[0];
    if (word === undefined) throw this.#unexpected();
    this.#at += word.length;
    const value = JSON.parse(word) as Json;
    return () => value;
  }

  #quoted(): string {
    const quote = this.#peek();
    this.#at++;
    let text = "";
    for (;;) {
      const next = this.#peek();
      if (next === undefined) throw this.#unexpected();
      this.#at++;
      if (next === quote) return text;
      if (next !== "\\") text += next;
      else {
        const escaped = this.#peek();
        if (escaped === undefined) throw this.#unexpected();
        this.#at++;
        text += escaped === "n" ? "\n" : escaped === "t" ? "\t" : escaped;
      }
    }
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#unexpected();
  }

  #blanks(): void {
    while (this.#peek() === " ") this.#at++;
  }

  #unexpected(): JsonPathError {
    const found = this.#peek();
    return new JsonPathError(
      found === undefined ? "unexpected end of file" : `wrong symbol '${found}' at ${this.#at}`,
    );
  }
}

type Compare = (a: Json | undefined, b: Json | undefined) => boolean;

const ordered =
  (test: (order: number) => boolean): Compare =>
  (a, b) => {
    if (typeof a === "number" && typeof b === "number") return test(a - b);
    if (typeof a === "string" && typeof b === "string") return test(a < b ? -1 : a > b ? 1 : 0);
    return false;
  };

// Longer signs first, so that `<=` isn't read as `<`.
const comparisons: readonly (readonly [string, Compare])[] = [
  ["==", (a, b) => equalJson(a, b)],
  ["!=", (a, b) => !equalJson(a, b)],
  ["<=", ordered(order => order <= 0)],
  [">=", ordered(order => order >= 0)],
  ["<", ordered(order => order < 0)],
  [">", ordered(order => order > 0)],
];
