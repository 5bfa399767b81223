import { isMap, type JsonMap, listAt, textAt } from "../core/json.ts";
import { badRequest, type FieldError, forbiddenField, invalid, notSupported, required } from "./api-error.ts";
import { BodySyntaxError, parseBodyText } from "./body.ts";
import type { Call } from "./protocol.ts";
import type { WriteOptions } from "./registry/create.ts";
import type { DeleteOptions } from "./registry/remove.ts";

const options: Record<string, string> = {
  POST: "CreateOptions",
  PUT: "UpdateOptions",
  PATCH: "PatchOptions",
};

/** How the query wants the write done. */
export function writeOptions(call: Call, subresource = ""): WriteOptions {
  const of = { group: "meta.k8s.io", kind: options[call.method] ?? "DeleteOptions" };
  const errors: FieldError[] = [];
  const dryRun = call.query.getAll("dryRun").filter(value => value !== "");
  if (dryRun.some(value => value !== "All")) errors.push(notSupported("dryRun", dryRun, ["All"]));
  const manager = call.query.get("fieldManager") ?? "";
  if (manager.length > 128) {
    errors.push({
      reason: "FieldValueTooLong",
      field: "fieldManager",
      message: "Too long: may not be more than 128 bytes",
    });
  }
  const validation = call.query.get("fieldValidation") ?? "";
  if (!["", "Ignore", "Warn", "Strict"].includes(validation)) {
    errors.push(notSupported("fieldValidation", validation, ["", "Ignore", "Strict", "Warn"]));
  }
  const applying = call.method === "PATCH" && call.contentType.startsWith("application/apply-patch");
  if (applying && manager === "") errors.push(required("fieldManager", "is required for apply patch"));
  if (call.method === "PATCH" && !applying && call.query.has("force")) {
    errors.push(forbiddenField("force", "may not be specified for non-apply patch"));
  }
  if (errors.length > 0) throw invalid(of, "", errors);
  return {
    manager: manager !== "" ? manager : managerOf(call.userAgent),
    dryRun: dryRun.length > 0,
    subresource,
    warn: sentence => call.warnings.push(sentence),
  };
}

/** Who writes without saying so: the first word of the user agent. */
function managerOf(userAgent: string): string {
  const name = userAgent.split("/")[0]?.slice(0, 128) ?? "";
  return name === "" ? "unknown" : name;
}

function deleteBody(call: Call): JsonMap | undefined {
  try {
    const value = parseBodyText(call.body, call.contentType);
    return isMap(value) ? value : undefined;
  } catch (thrown) {
    if (!(thrown instanceof BodySyntaxError)) throw thrown;
    throw badRequest(`couldn't get version/kind; json parse error: ${thrown.message}`);
  }
}

/** Options of a deletion, from the body or the query. */
export function deleteOptions(call: Call): DeleteOptions {
  const wanted = writeOptions({ ...call, method: "DELETE" });
  const body = call.body.trim() === "" ? undefined : deleteBody(call);
  const grace = body?.["gracePeriodSeconds"] ?? call.query.get("gracePeriodSeconds");
  const orphan = body?.["orphanDependents"] ?? call.query.get("orphanDependents");
  const policy = textAt(body, "propagationPolicy") ?? call.query.get("propagationPolicy") ?? undefined;
  return {
    uid: textAt(body, "preconditions", "uid"),
    resourceVersion: textAt(body, "preconditions", "resourceVersion"),
    propagationPolicy: policy ?? (orphan === true || orphan === "true" ? "Orphan" : undefined),
    gracePeriodSeconds: grace === null || grace === undefined ? undefined : Number(grace),
    dryRun: wanted.dryRun === true || listAt(body, "dryRun").includes("All"),
  };
}
