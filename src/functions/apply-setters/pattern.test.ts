// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to setters are written so
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { referencesOf, refersTo, valuesFrom } from "./pattern.ts";

function derived(pattern: string, value: string): Record<string, string> {
  return Object.fromEntries(valuesFrom(pattern, value));
}

test("values are derived as a greedy, unanchored expression would", () => {
  const cases: [pattern: string, value: string, values: Record<string, string>][] = [
    ["foo-${a}-bar-${b}-baz", "foo-dev-bar-us-east-1-baz", { a: "dev", b: "us-east-1" }],
    ["${image}:${tag}", "localhost:5000/nginx:1.2", { image: "localhost:5000/nginx", tag: "1.2" }],
    ["x-${a}", "before x-y", { a: "y" }],
    ["${a}-${b}", "a-b-c", { a: "a-b", b: "c" }],
    ["${a}:${b}", ":b", {}],
    ["${a}:${b}", "b", {}],
    ["plain", "plain", {}],
    ["${a}.${a}", "x.y", { a: "y" }],
    ["(${a})", "(*)", { a: "*" }],
    ["a${x}", "b\na1\na2", { x: "1" }],
  ];
  for (const [pattern, value, values] of cases) assert.deepEqual(derived(pattern, value), values, pattern);
});

test("the derived values give back the value", () => {
  const names = ["a", "b", "c"];
  const literal = fc.string({ unit: fc.constantFrom("x", "-", "."), minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(
      fc.array(literal, { minLength: 1, maxLength: 4 }),
      fc.array(fc.string({ minLength: 1, unit: fc.constantFrom("x", "y", "-") }), {
        minLength: 3,
        maxLength: 3,
      }),
      (literals, values) => {
        let pattern = literals[0] ?? "";
        let value = pattern;
        for (const [i, each] of literals.slice(1).entries()) {
          pattern += `\${${names[i]}}${each}`;
          value += `${values[i]}${each}`;
        }
        const found = valuesFrom(pattern, value);
        if (literals.length === 1) assert.equal(found.size, 0);
        // The expression may read the text otherwise than it was made, or with an empty group, but never wrongly.
        else if (found.size > 0) {
          const again = pattern.replace(/\$\{([^}]*)\}/g, (_, name: string) => found.get(name) ?? "");
          assert.ok(value.includes(again));
        }
      },
    ),
  );
});

test("references are told from other text", () => {
  assert.deepEqual(referencesOf("a-${b c}-${d}$e"), ["${b c}", "${d}"]);
  assert.equal(refersTo("${a}", new Map([["b", ""]])), false);
  assert.equal(refersTo("${__proto__}", new Map([["__proto__", ""]])), true);
});
