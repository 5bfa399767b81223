/** The exit codes of the program, as documented in docs/reference/README.md. Scripts rely on the numbers. */
export const exitCodes = {
  ok: 0,
  /** Something was wrong with the input, the machine or the work itself. */
  error: 1,
  /** `live`: a resource could not be applied, pruned or deleted, or did not reconcile in time. */
  resourcesFailed: 3,
  /** `pkg update --on-conflict=fail`: local and upstream changes contradict each other; nothing was written. */
  mergeConflict: 4,
  /** 128 and the number of the signal that ended the work, as shells count. */
  hangUp: 129,
  interrupted: 130,
  brokenPipe: 141,
  terminated: 143,
} as const;
