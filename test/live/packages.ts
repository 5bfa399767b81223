import type { JsonMap } from "../../src/core/json.ts";
import { type ApplyOptions, applyPackage } from "../../src/live/apply/apply-package.ts";
import { type DestroyOptions, destroyPackage } from "../../src/live/apply/destroy-package.ts";
import type { RunOutcome } from "../../src/live/apply/run.ts";
import type { LiveEvent } from "../../src/live/events.ts";
import type { LocalInventory } from "../../src/live/inventory/inventory.ts";
import type { LoadedPackage } from "../../src/live/load.ts";
import { type OutputName, reporters } from "../../src/live/report/replay.ts";
import { Tally } from "../../src/live/report/tally.ts";
import type { Session } from "../../src/live/session.ts";

export function inventoryOf(namespace: string, id = "test-id", name = "inv"): LocalInventory {
  return { name, namespace, id, labels: {}, annotations: {} };
}

export function packageOf(objects: readonly JsonMap[], inventory: LocalInventory): LoadedPackage {
  return {
    objects: objects.map((object, index) => ({
      object: JSON.parse(JSON.stringify(object)),
      source: `file-${index}.yaml`,
    })),
    inventory,
    hasKptfileInventory: false,
    warnings: [],
  };
}

export interface Ran {
  text: string;
  events: LiveEvent[];
  tally: Tally;
  outcome: RunOutcome;
}

const applyDefaults: ApplyOptions = {
  policy: "strict",
  statusPolicy: "all",
  dryRun: "none",
  serverSide: false,
  forceConflicts: false,
  fieldManager: "kubectl",
  propagation: "Background",
  reconcileTimeoutMs: 60_000,
  pruneTimeoutMs: 60_000,
  parallelism: 16,
  pace: { run: "stream", report: "stream" },
  pruneLimit: undefined,
  references: false,
};

async function collect(
  output: OutputName,
  dryRun: ApplyOptions["dryRun"],
  onEvent: (event: LiveEvent) => void,
  run: (emit: (event: LiveEvent) => void) => Promise<RunOutcome>,
): Promise<Ran> {
  const parts: string[] = [];
  const events: LiveEvent[] = [];
  const tally = new Tally();
  const sink = { write: (text: string) => parts.push(text) };
  const reporter = reporters[output](sink, { showStatusEvents: false, dryRun, now: () => new Date(0) });
  const outcome = await run(event => {
    events.push(event);
    tally.add(event);
    reporter.event(event);
    onEvent(event);
  });
  reporter.end();
  return { text: parts.join(""), events, tally, outcome };
}

export interface How {
  output?: OutputName;
  onEvent?: (event: LiveEvent) => void;
}

/** Applies and gives back what was printed and what happened. */
export async function apply(
  session: Session,
  loaded: LoadedPackage,
  { output = "seed", onEvent = () => undefined, ...options }: Partial<ApplyOptions> & How = {},
): Promise<Ran> {
  const pace = output === "release" ? { run: "waves" as const, report: "waves" as const } : undefined;
  const all = { ...applyDefaults, ...(pace === undefined ? {} : { pace }), ...options };
  return await collect(output, all.dryRun, onEvent, emit => applyPackage(session, loaded, all, emit));
}

export async function destroy(
  session: Session,
  inventory: LocalInventory,
  {
    output = "seed",
    onEvent = () => undefined,
    objects = [],
    ...options
  }: { objects?: JsonMap[] } & Partial<DestroyOptions> & How = {},
): Promise<Ran> {
  const all: DestroyOptions = {
    policy: "strict",
    statusPolicy: "all",
    dryRun: "none",
    propagation: "Background",
    deleteTimeoutMs: 60_000,
    parallelism: 16,
    pace: { run: output === "release" ? "waves" : "stream", report: "waves" },
    ...options,
  };
  return await collect(output, all.dryRun, onEvent, emit =>
    destroyPackage(session, packageOf(objects, inventory), all, emit),
  );
}
