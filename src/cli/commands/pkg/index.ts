import { group } from "../../command.ts";
import { get } from "./get.ts";
import { init } from "./init.ts";
import { tree } from "./tree.ts";

export const pkg = group({
  name: "pkg",
  aliases: ["package"],
  summary: "Get, update, and describe packages with resources",
  description: "Get, update, and describe packages with resources.",
  commands: [get, init, tree],
});
