import { relative, sep } from "node:path";
import type { KptError } from "../core/error.ts";
import { type PipelinePackage, pathTo } from "./hierarchy.ts";
import { InvalidStep } from "./pipeline.ts";

export interface RenderFailure {
  /** The chain of what was being done, as the status records it. */
  message: string;
  /** What is still to be told to the user; a function that exited with a code has said it all. */
  error: KptError | undefined;
}

/** Ends a render: nothing runs after it. */
export class PipelineStopped extends Error {
  readonly at: PipelinePackage;
  readonly duringPipeline: boolean;
  readonly reason: string;
  readonly error: KptError | undefined;

  constructor(at: PipelinePackage, duringPipeline: boolean, reason: string, error: KptError | undefined) {
    super(reason);
    this.at = at;
    this.duringPipeline = duringPipeline;
    this.reason = reason;
    this.error = error;
  }
}

/** What the status tells about a render that stopped (spec: fn 3.9). */
export function failureOf(
  stopped: PipelineStopped,
  root: PipelinePackage,
  breadthFirst: boolean,
): RenderFailure {
  const { at, duringPipeline, reason, error } = stopped;
  if (!duringPipeline) {
    // A step whose config lies in a subpackage: Go kpt puts the reason on a line of its own below the root only.
    const isNested = error?.code === "KPTFILE_INVALID" && at !== root && !breadthFirst;
    const chain = isNested ? `${framesOf(root, at)}\n\t` : `pkg ${at.shownPath}: `;
    return { message: `pkg.render: ${chain}${reason}`, error };
  }
  if (breadthFirst) {
    const inner = at === root ? reason : `pkg ${at.shownPath}: ${reason}`;
    return { message: `pkg.render: pkg ${root.shownPath}:\n\tpipeline.run: ${inner}`, error };
  }
  return { message: `pkg.render: ${framesOf(root, at)}\n\tpipeline.run: ${reason}`, error };
}

/** The packages on the way to one, as a chain of errors shows them: the root only where it is the end of the way. */
function framesOf(root: PipelinePackage, at: PipelinePackage): string {
  const chain = pathTo(root, at).slice(1);
  return (chain.length === 0 ? [root] : chain).map(pkg => `pkg ${pkg.shownPath}:`).join("\n\t");
}

/** How the status tells of a subpackage whose Kptfile is broken. */
export function unreadable(
  pkg: PipelinePackage,
  root: PipelinePackage,
  error: KptError,
  breadthFirst: boolean,
): string {
  if (error instanceof InvalidStep) {
    const reason = `invalid pipeline: function ${JSON.stringify(error.image)}: ${tidy(error.message)}`;
    const chain = breadthFirst
      ? `pkg ${root.shownPath}:\n\tpkg.read: pkg ${pkg.shownPath}: `
      : `${framesOf(root, pkg)}\n\tpkg.read: `;
    return `pkg.render: ${chain}${reason}`;
  }
  const reason = shortReason(error.message);
  if (reason === undefined) return `pkg.render: pkg ${pkg.shownPath}: ${tidy(error.message)}`;
  const above = breadthFirst ? root : (pathTo(root, pkg).at(-2) ?? root);
  const at = `./${relative(root.directory, pkg.directory).split(sep).join("/")}`;
  const inner = `pkg ${pkg.shownPath}: error reading Kptfile at ${JSON.stringify(at)}: ${reason}`;
  return `pkg.render: ${framesOf(root, above)}\n\tpkg.Subpackages: ${inner}`;
}

/** What is wrong with a Kptfile in the words of the chain, which has its path already. */
function shortReason(message: string): string | undefined {
  const details = /can't be read\.\n\nDetails:\n([\s\S]*)/.exec(message)?.[1];
  if (details !== undefined) return details;
  const version = /has an old version \(("[^"]*")\)/.exec(message)?.[1];
  if (version !== undefined) return `old resource version ${version} found in Kptfile`;
  const type = /has an unknown resource type \(("[^"]*")\)/.exec(message)?.[1];
  return type === undefined ? undefined : `unknown resource type ${type} found in Kptfile`;
}

/** Messages with a frame of their own end in a blank that only the terminal knows. */
export function tidy(message: string): string {
  return message.replace(/ $/, "");
}
