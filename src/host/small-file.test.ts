import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readSmallFile } from "./small-file.ts";

const folder = mkdtempSync(join(tmpdir(), "kpt-small-"));
after(() => rmSync(folder, { recursive: true }));

test("a regular file is read whole", () => {
  const file = join(folder, "text");
  writeFileSync(file, "x".repeat(100_000));
  assert.equal(readSmallFile(file).length, 100_000);
});

test("a missing file is told in the system's words", () => {
  const file = join(folder, "missing");
  assert.throws(() => readSmallFile(file), {
    code: "NOT_FOUND",
    message: `open ${file}: no such file or directory`,
  });
});

test("a folder, a pipe without a writer, a device and a huge file are refused at once", () => {
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const huge = join(folder, "huge");
  writeFileSync(huge, "");
  truncateSync(huge, 2 ** 40);
  assert.throws(() => readSmallFile(folder), { message: `read ${folder}: is a directory` });
  assert.throws(() => readSmallFile(pipe), { message: `read ${pipe}: not a regular file` });
  assert.throws(() => readSmallFile("/dev/zero"), { message: "read /dev/zero: not a regular file" });
  assert.throws(() => readSmallFile(huge), { message: `read ${huge}: larger than 16 MiB` });
});

test("the null device is an empty file", () => assert.equal(readSmallFile("/dev/null").length, 0));
