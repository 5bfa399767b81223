import type { Progress, Report } from "./progress.ts";
import type { FunctionRun } from "./results.ts";

/**
 * What one branch of the hierarchy did. Branches run side by side, but tell what they do one after the other, in the order
 * of their paths: the first one at once, the next ones when their turn comes.
 */
export class Branch {
  readonly mutations: FunctionRun[] = [];
  readonly validations: FunctionRun[] = [];
  readonly runs: FunctionRun[] = [];
  executed = 0;
  packages = 0;
  #held: Progress[] | undefined = [];
  #forward: Report | undefined;

  /** Tells what was held back and from now on everything at once. */
  speak(forward: Report): void {
    this.#forward = forward;
    for (const progress of this.#held ?? []) forward(progress);
    this.#held = undefined;
  }

  readonly report: Report = progress => {
    if (this.#forward !== undefined) this.#forward(progress);
    else this.#held?.push(progress);
  };

  add(other: Branch): void {
    for (const run of other.mutations) this.mutations.push(run);
    for (const run of other.validations) this.validations.push(run);
    for (const run of other.runs) this.runs.push(run);
    this.executed += other.executed;
    this.packages += other.packages;
  }
}
