import { group } from "../../command.ts";

export const pkg = group({
  name: "pkg",
  aliases: ["package"],
  summary: "Get, update, and describe packages with resources",
  description: "Get, update, and describe packages with resources.",
  commands: [],
});
