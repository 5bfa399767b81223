/** Of every command that starts a sandbox. */
export const loadFlag = {
  type: "strings",
  placeholder: "FILE|DIR",
  summary: "objects that are in the cluster from the start; may be repeated",
  complete: "file",
} as const;
