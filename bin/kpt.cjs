#!/usr/bin/env node
// Starts the program, whose parts lie in dist/kpt, through V8's code cache, which was made when it was built
// (scripts/code-cache.mjs). A cache that is missing or was made by another version of Node is passed over.
"use strict";
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { Script } = require("node:vm");

const folder = join(__dirname, "../dist/kpt/");
const loaded = new Map();

/** Instead of `require` for the parts, which only ever name each other as `./part.cjs`. */
function load(name) {
  if (!name.startsWith("./")) return require(name);
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const filename = folder + name.slice(2);
  const module = { exports: {}, require };
  loaded.set(name, module);
  // The parts are pure ASCII; V8 needn't look for anything else.
  const source = readFileSync(filename, "latin1");
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename,
    cachedData: cacheOf(filename, source),
  });
  script.runInThisContext()(module.exports, load, module, filename, folder);
  if (load.onScript !== undefined) load.onScript(filename, source, script);
  return module.exports;
}

/** V8 itself compares lengths only; the last line of a part is a digest of the rest. */
function cacheOf(filename, source) {
  try {
    const cache = readFileSync(`${filename}.cache`);
    return cache.latin1Slice(0, 16) === source.slice(-17, -1) ? cache.subarray(16) : undefined;
  } catch {
    return undefined;
  }
}

if (require.main === module) load("./kpt.cjs");
else module.exports = { load, loaded };
