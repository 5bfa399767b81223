import { group } from "../../command.ts";
import { diff } from "./diff.ts";
import { get } from "./get.ts";
import { init } from "./init.ts";
import { tree } from "./tree.ts";

export const pkg = group({
  name: "pkg",
  aliases: ["package"],
  summary: "Get, update, and describe packages with resources",
  description: "Get, update, and describe packages with resources.",
  commands: [diff, get, init, tree],
});
