import type { UpdateStrategy } from "../../package/kptfile.ts";
import { copyMerge } from "./copy-merge.ts";
import { fastForward } from "./fast-forward.ts";
import { forceDeleteReplace } from "./force-delete-replace.ts";
import { resourceMerge } from "./resource-merge.ts";
import type { Strategy } from "./strategy.ts";

/** Every strategy by the name that Kptfiles give it. */
export const strategies: Readonly<Record<UpdateStrategy, Strategy>> = {
  "resource-merge": resourceMerge,
  "fast-forward": fastForward,
  "force-delete-replace": forceDeleteReplace,
  "copy-merge": copyMerge,
};
