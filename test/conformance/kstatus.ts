import { readdirSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { JsonMap } from "../../src/core/json.ts";
import { computeStatus } from "../../src/live/status/status.ts";
import { type StatusTree, statusTree } from "../../src/live/status/tree.ts";
import { StatusProblem } from "../../src/live/status/verdict.ts";
import { type Case, readYaml, type Suite } from "./suite.ts";

interface Generated {
  kind: string;
  name: string;
  status: string;
  message: string;
  generated?: Generated[];
}

interface Recorded {
  name: string;
  object: JsonMap;
  expected: {
    status: string;
    message: string;
    conditions?: { type: string; status: string; reason: string; message?: string }[];
    error?: string;
    generated?: Generated[];
  };
}

const now = new Date("2026-01-01T12:00:00Z");

/** Recorded objects name times relative to the moment of the test. */
function dated<T>(value: T): T {
  const text = JSON.stringify(value).replace(/<NOW(?:-(\d+)S)?>/g, (_, seconds = "0") =>
    new Date(now.getTime() - Number(seconds) * 1000).toISOString(),
  );
  return JSON.parse(text) as T;
}

function compute({ object, expected }: Recorded): string[] {
  let got: unknown;
  try {
    const { status, message, conditions } = computeStatus(dated(object), now);
    got = { status, message, conditions };
  } catch (thrown) {
    if (!(thrown instanceof StatusProblem)) throw thrown;
    return expected.error === undefined ? [`unexpected problem: ${thrown.message}`] : [];
  }
  if (expected.error !== undefined) return [`no problem found; expected: ${expected.error}`];
  const want = {
    status: expected.status,
    message: expected.message,
    conditions: (expected.conditions ?? []).map(condition => ({ message: "", ...condition })),
  };
  return isDeepStrictEqual(got, want) ? [] : [`- ${JSON.stringify(want)}`, `+ ${JSON.stringify(got)}`];
}

function summary(tree: StatusTree): Generated {
  const { kind, name, status, message, generated } = tree;
  return {
    kind,
    name,
    status,
    message,
    ...(generated.length > 0 ? { generated: generated.map(summary) } : {}),
  };
}

/** The recorded cluster knew no workload kinds: every look at owned objects fails. */
function read({ object, expected }: Recorded): string[] {
  const tree = statusTree(
    dated(object),
    (group, kind) => {
      throw new StatusProblem(`no matches for kind "${kind}" in group "${group}"`);
    },
    now,
  );
  const { kind: _, name: __, ...got } = { ...summary(tree), error: tree.error !== undefined };
  const want = {
    status: expected.status,
    message: expected.message,
    ...(expected.generated ? { generated: expected.generated } : {}),
    error: expected.error !== undefined,
  };
  return isDeepStrictEqual(got, want) ? [] : [`- ${JSON.stringify(want)}`, `+ ${JSON.stringify(got)}`];
}

/** Objects and the status that kstatus gives them. */
export const kstatus: Suite = {
  name: "kstatus",
  cases: folder =>
    readdirSync(folder)
      .filter(file => file.endsWith(".yaml"))
      .flatMap(file =>
        readYaml<Recorded[]>(join(folder, file)).map(
          (recorded): Case => ({
            name: `${file.replace(/\.yaml$/, "")}/${recorded.name}`,
            run: async () => (file.startsWith("readers") ? read(recorded) : compute(recorded)),
          }),
        ),
      ),
};
