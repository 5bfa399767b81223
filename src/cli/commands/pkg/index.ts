import { group } from "../../command.ts";
import { cat } from "./cat.ts";
import { diff } from "./diff.ts";
import { get } from "./get.ts";
import { init } from "./init.ts";
import { tree } from "./tree.ts";
import { update } from "./update.ts";

export const pkg = group({
  name: "pkg",
  aliases: ["package"],
  summary: "Get, update, and describe packages with resources",
  description: "Get, update, and describe packages with resources.",
  commands: [cat, diff, get, init, tree, update],
});
