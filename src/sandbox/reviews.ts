import type { JsonMap } from "../core/json.ts";
import { isMap } from "../core/json.ts";
import { badRequest } from "./api-error.ts";
import { parseObjectBody } from "./body.ts";
import { microTimestamp } from "./clock.ts";
import type { Cluster } from "./cluster.ts";
import { type Call, jsonAnswer, type SandboxResponse } from "./protocol.ts";
import type { ResourceType } from "./resource-names.ts";

const user = { username: "sandbox-admin", groups: ["system:masters", "system:authenticated"] };

/** Kinds that are questions: may I, who am I. Everybody may do everything here. */
export function reviewAnswer(
  cluster: Cluster,
  call: Call,
  type: ResourceType,
  namespace: string,
): SandboxResponse {
  const object = parseObjectBody(call.body, call.contentType, type.kind);
  object["apiVersion"] = type.groupVersion;
  object["kind"] = type.kind;
  if (!isMap(object["metadata"])) object["metadata"] = { creationTimestamp: null };
  object["status"] = verdict(type.kind);
  if (type.kind === "SelfSubjectReview")
    object["metadata"] = { creationTimestamp: microTimestamp(cluster.clock).slice(0, 19) + "Z" };
  if (type.kind === "Binding")
    throw badRequest(`bindings are made through pods/binding, not in namespace ${namespace}`);
  return jsonAnswer(201, object);
}

function verdict(kind: string): JsonMap {
  switch (kind) {
    case "SelfSubjectReview":
      return { userInfo: user };
    case "TokenReview":
      return { authenticated: true, user };
    case "SelfSubjectRulesReview":
      return {
        resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
        nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
        incomplete: false,
      };
    default:
      return { allowed: true };
  }
}
