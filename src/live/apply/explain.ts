import { isMap, listAt, textAt } from "../../core/json.ts";
import type { StatusTree } from "../status/tree.ts";
import type { Item } from "./item.ts";

const maxReasons = 3;

/** One sentence about what an object waits for, out of its conditions and of what its pods say. */
export function explain(item: Item, tree: StatusTree): string | undefined {
  if (item.vertex.action === "delete") return explainDeletion(tree);
  if (tree.status === "NotFound") return "the object was deleted by somebody else";
  const uid = textAt(tree.object, "metadata", "uid");
  if (uid !== undefined && item.uid !== undefined && uid !== item.uid) {
    return "the object was replaced by somebody else";
  }
  const reasons = [
    tree.error ?? tree.message,
    ...conditionReasons(tree),
    ...podReasons(tree),
    item.warning ?? "",
  ].filter(reason => reason !== "");
  const distinct = [...new Set(reasons)];
  return distinct.length === 0 ? undefined : distinct.slice(0, maxReasons + 1).join("; ");
}

function explainDeletion(tree: StatusTree): string | undefined {
  const finalizers = listAt(tree.object, "metadata", "finalizers").filter(name => typeof name === "string");
  if (finalizers.length > 0) return `waits for the finalizers ${finalizers.join(", ")}`;
  return tree.object === undefined ? undefined : "the server still has it";
}

/** Conditions that say what is wrong; the ones that are as they should be say nothing. */
function conditionReasons(tree: StatusTree): string[] {
  return listAt(tree.object, "status", "conditions")
    .filter(isMap)
    .filter(condition => {
      const isGood = textAt(condition, "status") === "True";
      return isGood === badWhenTrue.has(textAt(condition, "type") ?? "");
    })
    .map(condition => textAt(condition, "message") ?? "")
    .filter(message => message !== "" && message !== tree.message)
    .slice(0, 1);
}

const badWhenTrue = new Set(["ReplicaFailure", "Stalled", "Failed", "DiskPressure"]);

function podReasons(tree: StatusTree): string[] {
  return podsBelow(tree).flatMap(pod => {
    const reason = podReason(pod);
    return reason === undefined ? [] : [`pod ${pod.name}: ${reason}`];
  });
}

function podsBelow(tree: StatusTree): StatusTree[] {
  return tree.generated.flatMap(child => (child.kind === "Pod" ? [child] : podsBelow(child)));
}

function podReason({ object, status }: StatusTree): string | undefined {
  if (object === undefined || status === "Current") return undefined;
  for (const list of ["initContainerStatuses", "containerStatuses"]) {
    for (const container of listAt(object, "status", list)) {
      const waiting = textAt(container, "state", "waiting", "reason");
      if (waiting === undefined || waiting === "PodInitializing" || waiting === "ContainerCreating") continue;
      const name = textAt(container, "name") ?? "";
      const why =
        textAt(container, "state", "waiting", "message") ??
        textAt(container, "lastState", "terminated", "message");
      const code = listAt(object, "status", list).length > 0 ? exitCode(container) : undefined;
      const detail = why ?? (code === undefined ? undefined : `exit code ${code}`);
      return `container ${name}: ${waiting}${detail === undefined ? "" : ` (${detail})`}`;
    }
  }
  for (const condition of listAt(object, "status", "conditions")) {
    if (textAt(condition, "type") === "PodScheduled" && textAt(condition, "status") === "False") {
      return `not scheduled: ${textAt(condition, "message") ?? textAt(condition, "reason") ?? ""}`;
    }
  }
  return undefined;
}

function exitCode(container: unknown): number | undefined {
  if (!isMap(container)) return undefined;
  const last = container["lastState"];
  const ended = isMap(last) ? last["terminated"] : undefined;
  const code = isMap(ended) ? ended["exitCode"] : undefined;
  return typeof code === "number" ? code : undefined;
}
