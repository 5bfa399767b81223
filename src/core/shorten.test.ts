import assert from "node:assert/strict";
import { test } from "node:test";
import { shorten } from "./shorten.ts";

test("long texts lose their middle, short ones nothing", () => {
  assert.equal(shorten("abcdef", 6), "abcdef");
  assert.equal(
    shorten("abcdefg", 4, left => `[${left}]`),
    "ab[3]fg",
  );
});

test("characters of two units stay whole", () => {
  for (const text of ["a😀bcd😀e", "😀😀😀😀", "ab😀😀cd"]) {
    const short = shorten(text, 4, () => "|");
    assert.ok(!/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(short), short);
  }
});
