/** A test for labels by a selector of Kubernetes: `a=b,c!=d,e in (f,g),h notin (i),j,!k`. Throws on other texts. */
export function labelSelector(text: string): (labels: (key: string) => string | undefined) => boolean {
  const tests = requirements(text).map(requirement);
  return labels => tests.every(test => test(labels));
}

type Test = (labels: (key: string) => string | undefined) => boolean;

/** Divides at the commas outside of brackets. */
function requirements(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  let depth = 0;
  for (let at = 0; at <= text.length; at++) {
    const letter = text[at];
    if (letter === "(") depth++;
    else if (letter === ")") depth--;
    else if (letter === undefined || (letter === "," && depth === 0)) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return parts.filter(part => part !== "");
}

function requirement(text: string): Test {
  const set = /^([^\s=!(),]+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(text);
  if (set !== null) {
    const [, key = "", operator, list = ""] = set;
    const values = new Set(list.split(",").map(value => value.trim()));
    return labels => {
      const value = labels(key);
      return operator === "in"
        ? value !== undefined && values.has(value)
        : value === undefined || !values.has(value);
    };
  }
  const equal = /^([^\s=!(),]+)\s*(==?|!=)\s*([^\s=!(),]*)$/.exec(text);
  if (equal !== null) {
    const [, key = "", operator, wanted] = equal;
    return operator === "!=" ? labels => labels(key) !== wanted : labels => labels(key) === wanted;
  }
  const present = /^(!?)\s*([^\s=!(),]+)$/.exec(text);
  if (present === null) throw new Error(`unable to parse requirement: ${JSON.stringify(text)}`);
  const [, not, key = ""] = present;
  return labels => (labels(key) === undefined) === (not === "!");
}
