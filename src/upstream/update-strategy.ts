import { KptError } from "../core/error.ts";
import { type UpdateStrategy, updateStrategies } from "../package/kptfile.ts";

/** What was asked for, else what the Kptfile says, else resource-merge. */
export function chooseStrategy(
  asked: UpdateStrategy | undefined,
  written: string | undefined,
): UpdateStrategy {
  return asked ?? (written ? parseStrategy(written) : updateStrategies[0]);
}

export function parseStrategy(text: string): UpdateStrategy {
  const strategy = updateStrategies.find(name => name === text);
  if (strategy !== undefined) return strategy;
  throw new KptError("USAGE", `unrecognized update strategy ${text}`, {
    label: "Error",
    hint: `must be one of ${updateStrategies.join(", ")}`,
  });
}
