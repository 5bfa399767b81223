import { group } from "../../command.ts";
import { doc } from "./doc.ts";
import { evaluate } from "./eval.ts";
import { render } from "./render.ts";
import { sink } from "./sink.ts";
import { source } from "./source.ts";

export const fn = group({
  name: "fn",
  aliases: ["functions"],
  summary: "Transform and validate packages using containerized functions.",
  usageOn: "stdout",
  commands: [doc, evaluate, render, sink, source],
});
