import type { YamlNode } from "../core/yaml/node.ts";
import { newMap } from "../core/yaml/print.ts";
import { type Kptfile, type Upstream, updateStrategies } from "../package/kptfile.ts";
import { kptfileShape, type Shape } from "../package/kptfile-schema.ts";
import type { ConflictPolicy, Decision } from "./decision.ts";
import { mergeNodes } from "./merge3.ts";

export interface KptfileMergeOptions {
  /** Below the root of the package, for decisions. */
  path: string;
  onConflict: ConflictPolicy | undefined;
  decisions: Decision[];
  /** A package below the one that is updated: where it comes from is for its upstream to say. */
  nested: boolean;
}

const merged = /^(metadata\.(labels|annotations)|info|pipeline|inventory|status)\b/;

/**
 * Merges Kptfiles into the local one, which is edited. A missing one counts as empty. Name and namespace stay, and so
 * does what says where the package comes from, unless it is a nested one. Spec: pkg 5.5.
 */
export function mergeKptfile(
  local: Kptfile,
  { base, upstream }: { base: Kptfile | undefined; upstream: Kptfile | undefined },
  options: KptfileMergeOptions,
): void {
  const { decisions } = mergeNodes(
    { base: base?.root ?? newMap(), upstream: upstream?.root ?? newMap(), local: local.root },
    {
      variant: "generic",
      infer: true,
      lenient: true,
      asWritten: true,
      identify: path => (/^pipeline\.(mutators|validators)$/.test(path) ? functionKeys : undefined),
      isOurs: path => path !== "metadata" && !merged.test(path),
      order: orderAt,
      // A Kptfile that breaks its schema isn't read at all, so types can only differ by null.
      onConflict: options.onConflict ?? "upstream",
      about: { file: options.path, object: "Kptfile", kind: "Kptfile" },
    },
  );
  for (const decision of decisions) options.decisions.push(decision);
  if (!options.nested || upstream?.upstream === undefined) return;
  const pinned = takeUpstream(local.upstream, upstream.upstream);
  if (JSON.stringify(pinned) !== JSON.stringify(local.upstream)) local.upstream = pinned;
  if (upstream.upstreamLock !== undefined) local.upstreamLock = upstream.upstreamLock;
}

/** The parent's pin wins; a strategy that only the local file names stays. */
function takeUpstream(local: Upstream | undefined, upstream: Upstream): Upstream {
  const updateStrategy = upstream.updateStrategy || local?.updateStrategy || updateStrategies[0];
  return { ...upstream, updateStrategy };
}

/**
 * What the functions of a list are known by: their names if all have one, else what they run without its version.
 * Functions that run the same are told apart by their order.
 */
function functionKeys(functions: readonly YamlNode[]): string[] {
  const named = functions.every(fn => nameOf(fn) !== "");
  const seen = new Map<string, number>();
  return functions.map(fn => {
    const key = named ? `name=${nameOf(fn)}` : runs(fn);
    const count = seen.get(key) ?? 0;
    seen.set(key, count + 1);
    return count === 0 ? key : `${key}#${count + 1}`;
  });
}

function nameOf(fn: YamlNode): string {
  return fn.kind === "map" ? (fn.text("name") ?? "") : "";
}

/** The image without tag and digest (a registry may have a port), or the program. */
function runs(fn: YamlNode): string {
  if (fn.kind !== "map") return "";
  const exec = fn.text("exec");
  if (exec !== undefined) return `exec=${exec}`;
  const image = (fn.text("image") ?? "").replace(/@.*$/, "");
  return `image=${image.replace(/:[^/:]*$/, "")}`;
}

/** The order of fields that kpt writes. */
function orderAt(path: string): readonly string[] {
  let shape: Shape | undefined = kptfileShape;
  for (const step of path.replace(/\[[^\]]*\]/g, "[]").split(/\.|(?=\[\])/)) {
    if (step === "" || shape === undefined) continue;
    if (step === "[]") shape = shape.is === "list" ? shape.of : undefined;
    else shape = shape.is === "object" && Object.hasOwn(shape.fields, step) ? shape.fields[step] : undefined;
  }
  return shape?.is === "object" ? Object.keys(shape.fields) : [];
}
