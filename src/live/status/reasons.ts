import type { JsonMap } from "../../core/json.ts";
import { isMap, listAt, mapAt, textAt, valueAt } from "../../core/json.ts";
import type { StatusTree } from "./tree.ts";

const maxReasons = 4;

/** Why an object isn't ready: its status, its conditions, what its pods say, and what was heard beyond. */
export function reasonsOf(tree: StatusTree, heard: readonly string[] = []): string[] {
  const own = tree.error ?? tree.message;
  if (tree.status === "Current" || tree.status === "NotFound") return own === "" ? [] : [own];
  const causes = [...failures(tree), ...podReasons(tree), ...heard];
  // That something isn't there yet follows from the cause, where one is known.
  const all = [own, ...(causes.length > 0 ? causes : lacks(tree))].filter(text => text !== "");
  return [...new Set(all)].slice(0, maxReasons);
}

/** Whether the object and its pods say themselves what is wrong. */
export function knowsCause(tree: StatusTree): boolean {
  return failures(tree).length > 0 || podReasons(tree).length > 0;
}

/** Conditions that tell of a failure; the ones that are as they should be say nothing. */
function failures(tree: StatusTree): string[] {
  return messages(tree, (type, status) => badWhenTrue.has(type) && status === "True");
}

function lacks(tree: StatusTree): string[] {
  return messages(tree, (type, status) => !badWhenTrue.has(type) && status !== "True");
}

function messages(tree: StatusTree, accepts: (type: string, status: string) => boolean): string[] {
  return listAt(tree.object, "status", "conditions")
    .filter(condition => accepts(textAt(condition, "type") ?? "", textAt(condition, "status") ?? ""))
    .map(condition => textAt(condition, "message") ?? "")
    .filter(message => message !== "" && message !== tree.message)
    .slice(0, 1);
}

const badWhenTrue = new Set(["ReplicaFailure", "Stalled", "Failed", "DiskPressure", "FailureTarget"]);

function podReasons(tree: StatusTree): string[] {
  if (tree.kind === "Pod" && tree.group === "") {
    const reason = podReason(tree.object);
    return reason === undefined ? [] : [reason];
  }
  return podsBelow(tree).flatMap(({ name, object, status }) => {
    const reason = status === "Current" ? undefined : podReason(object);
    return reason === undefined ? [] : [`pod ${name}: ${reason}`];
  });
}

function podsBelow(tree: StatusTree): StatusTree[] {
  return tree.generated.flatMap(child => (child.kind === "Pod" ? [child] : podsBelow(child)));
}

/** What keeps a pod from being ready, as its kubelet or the scheduler tells. */
export function podReason(pod: JsonMap | undefined): string | undefined {
  for (const list of ["initContainerStatuses", "containerStatuses"]) {
    for (const container of listAt(pod, "status", list).filter(isMap)) {
      const reason = containerReason(container);
      if (reason !== undefined) return `container ${textAt(container, "name") ?? ""}: ${reason}`;
    }
  }
  for (const condition of listAt(pod, "status", "conditions")) {
    if (textAt(condition, "type") === "PodScheduled" && textAt(condition, "status") === "False") {
      return `not scheduled: ${textAt(condition, "message") ?? textAt(condition, "reason") ?? ""}`;
    }
  }
  return textAt(pod, "status", "phase") === "Failed"
    ? (textAt(pod, "status", "message") ?? textAt(pod, "status", "reason") ?? "it has failed")
    : undefined;
}

const justStarting = new Set(["PodInitializing", "ContainerCreating"]);

function containerReason(container: JsonMap): string | undefined {
  const waiting = textAt(container, "state", "waiting", "reason");
  const ended = mapAt(container, "state", "terminated") ?? mapAt(container, "lastState", "terminated");
  if (waiting === undefined) {
    const code = valueAt(mapAt(container, "state", "terminated"), "exitCode");
    return typeof code === "number" && code !== 0 ? `ended (${endText(ended)})` : undefined;
  }
  if (justStarting.has(waiting)) return undefined;
  // The kubelet's own message about a crash tells how long it waits, not what happened.
  const why =
    waiting === "CrashLoopBackOff" && ended !== undefined
      ? endText(ended)
      : (textAt(container, "state", "waiting", "message") ?? endText(ended));
  return why === "" ? waiting : `${waiting} (${why})`;
}

function endText(ended: JsonMap | undefined): string {
  const reason = textAt(ended, "reason");
  const code = valueAt(ended, "exitCode");
  return [
    reason === undefined || reason === "Error" || reason === "Completed" ? "" : reason,
    typeof code === "number" ? `exit code ${code}` : "",
    textAt(ended, "message")?.trim().split("\n").at(-1) ?? "",
  ]
    .filter(text => text !== "")
    .join(", ");
}
