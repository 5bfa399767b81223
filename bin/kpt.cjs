#!/usr/bin/env node
// Starts the bundle through V8's code cache, which was made when the program was built (scripts/code-cache.mjs).
// A cache that is missing, or was made by another version of Node or from another bundle, is passed over.
"use strict";
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { Script } = require("node:vm");

const folder = join(__dirname, "../dist/kpt");
const bundle = join(folder, "kpt.cjs");
// The bundle is pure ASCII; V8 needn't look for anything else.
const source = readFileSync(bundle, "latin1");

let cachedData;
try {
  const cache = readFileSync(`${bundle}.cache`);
  // V8 compares lengths only: the last line of the bundle is a digest of the rest.
  if (cache.latin1Slice(0, 16) === source.slice(-17, -1)) cachedData = cache.subarray(16);
} catch {}

const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
  filename: bundle,
  cachedData,
});
script.runInThisContext()(exports, require, module, bundle, folder);
