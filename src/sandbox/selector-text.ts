import { badRequest } from "./api-error.ts";

// The lexer and parser of k8s.io/apimachinery/pkg/labels/selector.go, with its complaints.

export interface Requirement {
  key: string;
  operator: "=" | "!=" | "in" | "notin" | "exists" | "!" | ">" | "<";
  values: readonly string[];
}

const symbols = ["==", "!=", "=", "!", "(", ")", ",", ">", "<"];

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at, at + 2);
    const symbol = symbols.find(candidate => rest.startsWith(candidate));
    if (/\s/.test(text[at] ?? "")) at++;
    else if (symbol !== undefined) {
      tokens.push(symbol);
      at += symbol.length;
    } else {
      const word = /^[^\s=!(),<>]+/.exec(text.slice(at))?.[0] ?? text[at] ?? "";
      tokens.push(word);
      at += word.length;
    }
  }
  return tokens;
}

function complain(found: string | undefined, expected: string): never {
  throw badRequest(`unable to parse requirement: found '${found ?? ""}', expected: ${expected}`);
}

const isWord = (token: string | undefined): token is string =>
  token !== undefined && !symbols.includes(token);

/** Reads `a=b,c!=d,e in (f,g),h notin (i),j,!k`. */
export function parseRequirements(text: string): Requirement[] {
  const tokens = tokensOf(text);
  const requirements: Requirement[] = [];
  if (tokens.length === 0) return requirements;
  let at = 0;
  for (;;) {
    const negated = tokens[at] === "!";
    if (negated) at++;
    const key = tokens[at];
    if (!isWord(key)) complain(key, negated ? "identifier" : "!, identifier, or ','");
    at++;
    const operator = tokens[at];
    if (negated || operator === undefined || operator === ",") {
      requirements.push({ key, operator: negated ? "!" : "exists", values: [] });
    } else {
      at++;
      const values = operator === "in" || operator === "notin" ? readSet() : [readValue(operator)];
      requirements.push({ key, operator: named(operator), values });
    }
    const next = tokens[at];
    if (next === undefined) return requirements;
    if (next !== ",") complain(next, "',' or 'end of string'");
    at++;
    if (at >= tokens.length) complain("", "identifier after ','");
  }

  function readValue(operator: string): string {
    if (!["=", "==", "!=", ">", "<"].includes(operator)) complain(operator, "in, notin, =, ==, !=, gt, lt");
    const value = tokens[at];
    if (value === undefined || value === ",") return "";
    if (!isWord(value)) complain(value, "identifier");
    at++;
    return value;
  }

  function readSet(): string[] {
    if (tokens[at] !== "(") complain(tokens[at], "'('");
    at++;
    const values: string[] = [];
    for (;;) {
      const token = tokens[at++];
      if (token === ")") return values.length === 0 ? [""] : values;
      if (token === undefined) complain(token, "',' or ')'");
      if (token === ",") {
        if (values.length === 0) values.push("");
        if (!isWord(tokens[at])) values.push("");
      } else if (isWord(token)) values.push(token);
      else complain(token, "',', ')' or identifier");
    }
  }
}

function named(operator: string): Requirement["operator"] {
  switch (operator) {
    case "in":
    case "notin":
    case "!=":
    case ">":
    case "<":
      return operator;
    default:
      return "=";
  }
}
