import { textAt } from "../../../core/json.ts";
import type { Filter } from "./filter.ts";

/** The same object under another API group (Ingress has moved, for example): it was applied a moment ago. */
export const justApplied: Filter = {
  name: "just-applied",
  skip(_, live, { appliedUids }) {
    const uid = textAt(live, "metadata", "uid");
    if (uid === undefined || !appliedUids.has(uid)) return undefined;
    return { text: `object just applied (UID: ${JSON.stringify(uid)})`, abandons: "forget" };
  },
};
