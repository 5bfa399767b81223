import { KptError, messageOf } from "../core/error.ts";
import { MapNode } from "../core/yaml/node.ts";
import { canonicalText } from "../core/yaml/print.ts";
import { reconcile } from "../core/yaml/reconcile.ts";
import { type Dialect, dialectOf, names, settle } from "./annotations.ts";
import { checkKrm, checkPlaces, failure } from "./checks.ts";
import { defaultPath } from "./default-path.ts";
import { Item } from "./item.ts";
import type { FunctionResult, FunctionRun } from "./results.ts";
import type { BuiltinRuntime } from "./runtime/builtin.ts";
import type { TextRuntime } from "./runtime/program.ts";
import { type DecodedItem, decodeList, encodeList, type FunctionConfig } from "./wire.ts";

export type FunctionRuntime = ({ kind: "text" } & TextRuntime) | BuiltinRuntime;

/** One call of a function, everything decided. */
export interface FunctionCall {
  runtime: FunctionRuntime;
  config: FunctionConfig;
  /** A validator's changes are thrown away, but checked all the same. */
  validates: boolean;
  /** Package of items that the function makes; undefined where packages don't matter. */
  owner: string | undefined;
  /** How the run is called in results and status. */
  identity: Pick<FunctionRun, "name" | "image" | "exec">;
}

export type Outcome =
  | { passed: true; items: Item[]; run: FunctionRun }
  /** Without `error` the function itself said what is wrong. */
  | { passed: false; run: FunctionRun; error: KptError | undefined };

/** What came out of a function, before anybody's nodes are touched. */
interface Produced {
  items: Fate[];
  results: FunctionResult[];
  stderr: string;
  exitCode: number;
  files?: readonly string[];
}

/** An item of the output: the one it was, and the node it shall look like. */
interface Fate {
  item: Item;
  desired: MapNode | undefined;
}

/**
 * Calls a function on `selected`, a part of `all`, and works its answer into the list: selected items keep their place or
 * vanish, new ones come last (spec: fn 3.2). Without `selected` the function decides about the order of all.
 */
export async function callFunction(
  all: readonly Item[],
  selected: readonly Item[] | undefined,
  call: FunctionCall,
): Promise<Outcome> {
  const visible = (selected ?? all).filter(item => item.foreign === undefined);
  const run: FunctionRun = { ...call.identity, exitCode: 0, results: [] };
  try {
    checkKrm(visible, "input");
    const dialect = dialectIn(visible);
    const produced =
      call.runtime.kind === "text"
        ? await throughText(
            visible,
            selected === undefined ? undefined : all,
            call,
            call.runtime,
            dialect,
            run,
          )
        : await throughBuiltin(visible, call, call.runtime, dialect);
    run.exitCode = produced.exitCode;
    run.results = produced.results;
    if (produced.stderr !== "") run.stderr = produced.stderr;
    if (produced.files !== undefined && produced.files.length > 0) run.files = produced.files;
    if (produced.exitCode !== 0) return { passed: false, run, error: undefined };
    const provisional = produced.items.map(({ item, desired }) =>
      desired === undefined ? item : new Item(desired, item.carried),
    );
    checkKrm(provisional, "output");
    checkPlaces(provisional);
    if (call.validates) return { passed: true, items: [...all], run };
    const done = produced.items.map(({ item, desired }) => {
      if (desired !== undefined) reconcile(item.node, desired);
      return item;
    });
    return { passed: true, items: merged(all, visible, done, selected !== undefined), run };
  } catch (error) {
    if (!(error instanceof KptError) || error.code === "ABORTED") throw error;
    if (error.code === "FUNCTION_RUNTIME") run.exitCode = 1;
    else {
      run.exitCode = 1;
      run.executionError = error.message;
    }
    return { passed: false, run, error };
  }
}

function dialectIn(items: readonly Item[]): Dialect {
  try {
    const moved = items.filter(item => !item.isWhereRead).map(item => item.carried);
    const unmoved = items.find(item => item.isWhereRead)?.carried;
    return dialectOf(unmoved === undefined ? moved : [unmoved, ...moved]);
  } catch (error) {
    throw failure(messageOf(error));
  }
}

async function throughText(
  visible: readonly Item[],
  numberedIn: readonly Item[] | undefined,
  call: FunctionCall,
  runtime: TextRuntime,
  dialect: Dialect,
  run: FunctionRun,
): Promise<Produced> {
  const positions = numberedIn === undefined ? undefined : new Map(numberedIn.map((item, i) => [item, i]));
  const ids = (i: number) => {
    const extra: [string, string][] = [];
    const item = visible[i];
    const position = item === undefined ? undefined : positions?.get(item);
    if (position !== undefined) extra.push([names.selectionId, String(position)]);
    if (!call.validates) extra.push([names.migrationId, String(i)]);
    extra.push([names.id, String(i + 1)], [names.legacyId, String(i + 1)]);
    return extra;
  };
  // A validator gets copies with ids, but its config as it is.
  const sent = encodeList(visible, call.config, ids, call.validates ? () => [] : ids);
  const { stdout, stderr, exitCode } = await runtime.run(sent.text);
  if (exitCode !== 0) return { items: [], results: resultsOfFailed(stdout), stderr, exitCode };
  if (stdout === sent.text)
    return { items: visible.map(item => unplaced(item, call, dialect)), results: [], stderr, exitCode };
  let decoded: ReturnType<typeof decodeList>;
  try {
    // Taken for an empty list, it would delete every file of the package.
    if (stdout.trim() === "" && visible.length > 0) {
      throw new KptError("FUNCTION_RUNTIME", "the function wrote no output, not even an empty list");
    }
    decoded = decodeList(stdout);
  } catch (error) {
    // The function ran, so what it said on stderr counts although its output can't be read.
    if (stderr !== "") run.stderr = stderr;
    throw error instanceof KptError
      ? new KptError("FUNCTION_RUNTIME", error.message, { label: "Error" })
      : error;
  }
  run.results = decoded.results;
  const used = new Set<number>();
  const items = decoded.items.map((output): Fate => {
    const at = Number(output.carried.get(names.id) ?? output.carried.get(names.legacyId) ?? 0) - 1;
    const known = Number.isSafeInteger(at) && !used.has(at) ? visible[at] : undefined;
    if (known === undefined) return made(output, call, dialect);
    used.add(at);
    const carried = onward(output.carried, known, call, dialect);
    const item = known.carry(carried);
    const same = output.chunk === sent.chunks[at] || sameContent(known, output);
    return { item, desired: same || !(output.node instanceof MapNode) ? undefined : output.node };
  });
  return { items, results: decoded.results, stderr, exitCode };
}

/** An item that came without a path gets one, even where the function did nothing. */
function unplaced(item: Item, call: FunctionCall, dialect: Dialect): Fate {
  if (item.path !== undefined) return unchanged(item);
  return unchanged(item.carry(onward(new Map(item.carried), item, call, dialect)));
}

const unchanged = (item: Item): Fate => ({ item, desired: undefined });

/** Results of a function that failed are shown when its output can be read, and don't matter when it can't. */
function resultsOfFailed(stdout: string): FunctionResult[] {
  try {
    return decodeList(stdout).results;
  } catch {
    return [];
  }
}

function sameContent(known: Item, output: DecodedItem): boolean {
  return (
    canonicalText(known.node, { indentSeq: "compact" }) ===
    canonicalText(output.node, { indentSeq: "compact" })
  );
}

function made(output: DecodedItem, call: FunctionCall, dialect: Dialect): Fate {
  return {
    item: new Item(output.node, onward(output.carried, undefined, call, dialect, output.node)),
    desired: undefined,
  };
}

/** What an item carries after a function: ids gone, path and index settled, a path and an owner in any case. */
function onward(
  carried: Map<string, string>,
  known: Item | undefined,
  call: FunctionCall,
  dialect: Dialect,
  node: DecodedItem["node"] | undefined = known?.node,
): Map<string, string> {
  for (const id of [names.migrationId, names.id, names.legacyId, names.selectionId]) carried.delete(id);
  if (call.owner !== undefined && !carried.has(names.packagePath)) carried.set(names.packagePath, call.owner);
  if (!carried.has(names.path) && !carried.has(names.legacyPath) && node instanceof MapNode) {
    carried.set(names.path, defaultPath(node));
  }
  try {
    settle(carried, known?.carried, dialect);
  } catch (error) {
    throw failure(messageOf(error));
  }
  return carried;
}

async function throughBuiltin(
  visible: readonly Item[],
  call: FunctionCall,
  runtime: BuiltinRuntime,
  dialect: Dialect,
): Promise<Produced> {
  const answer = await runtime.run(visible, call.config, call.validates);
  const items = answer.items.map(({ item, node, carried = new Map() }): Fate => {
    if (item !== undefined && carried.size === 0) return unplaced(item, call, dialect);
    const all = item === undefined ? carried : new Map([...item.carried, ...carried]);
    if (item !== undefined) return unchanged(item.carry(onward(all, item, call, dialect)));
    return unchanged(new Item(node, onward(all, undefined, call, dialect, node)));
  });
  const { results, stderr, exitCode, files } = answer;
  return { items, results, stderr, exitCode, files };
}

/** Puts the output back among the items that the function didn't see. */
function merged(
  all: readonly Item[],
  seen: readonly Item[],
  output: readonly Item[],
  keepsPlaces: boolean,
): Item[] {
  if (seen.length === all.length && !keepsPlaces) return [...output];
  const byNode = new Map(output.map(item => [item.node, item]));
  const wasSeen = new Set(seen);
  const result: Item[] = [];
  for (const item of all) {
    const now = wasSeen.has(item) ? byNode.get(item.node) : item;
    if (now !== undefined) result.push(now);
    byNode.delete(item.node);
  }
  return [...result, ...byNode.values()];
}
