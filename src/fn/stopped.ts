import { relative, sep } from "node:path";
import type { KptError } from "../core/error.ts";
import { type PipelinePackage, pathTo } from "./hierarchy.ts";

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
  if (!duringPipeline) return { message: `pkg.render: pkg ${at.shownPath}: ${reason}`, error };
  if (breadthFirst) {
    const inner = at === root ? reason : `pkg ${at.shownPath}: ${reason}`;
    return { message: `pkg.render: pkg ${root.shownPath}:\n\tpipeline.run: ${inner}`, error };
  }
  const chain = pathTo(root, at).slice(1);
  const frames = (chain.length === 0 ? [at] : chain).map(pkg => `pkg ${pkg.shownPath}:`);
  return { message: `pkg.render: ${frames.join("\n\t")}\n\tpipeline.run: ${reason}`, error };
}

/** How the status tells of a subpackage whose Kptfile is broken. */
export function unreadable(pkg: PipelinePackage, root: PipelinePackage, error: KptError): string {
  const details = /can't be read\.\n\nDetails:\n([\s\S]*)/.exec(error.message)?.[1];
  if (details === undefined) return `pkg.render: pkg ${pkg.shownPath}: ${tidy(error.message)}`;
  const at = `./${relative(root.directory, pkg.directory).split(sep).join("/")}`;
  const inner = `pkg ${at}: error reading Kptfile at ${JSON.stringify(at)}: ${details}`;
  return `pkg.render: pkg ${root.shownPath}:\n\tpkg.Subpackages: ${inner}`;
}

/** Messages with a frame of their own end in a blank that only the terminal knows. */
export function tidy(message: string): string {
  return message.replace(/ $/, "");
}
