import { equalJson, type JsonMap, textAt } from "../../core/json.ts";
import { duplicate, type FieldError, invalidValue, notSupported, required } from "../api-error.ts";
import { mapsAt, numberAt } from "../kube-object.ts";
import { labelProblem } from "../names.ts";

const types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];

export function validateService(spec: JsonMap): FieldError[] {
  const errors: FieldError[] = [];
  const ports = mapsAt(spec, "ports");
  const type = textAt(spec, "type") ?? "";
  const headless = spec["clusterIP"] === "None";
  if (ports.length === 0 && !headless && type !== "ExternalName") errors.push(required("spec.ports"));
  if (type === "ExternalName" && !spec["externalName"]) errors.push(required("spec.externalName"));
  const names = new Set<string>();
  ports.forEach((port, index) => {
    errors.push(...validatePort(port, `spec.ports[${index}]`, ports.length > 1, names));
  });
  if (!types.includes(type)) errors.push(notSupported("spec.type", type, types));
  const affinity = textAt(spec, "sessionAffinity") ?? "";
  if (!["ClientIP", "None"].includes(affinity)) {
    errors.push(notSupported("spec.sessionAffinity", affinity, ["ClientIP", "None"]));
  }
  return errors;
}

function validatePort(port: JsonMap, at: string, named: boolean, names: Set<string>): FieldError[] {
  const errors: FieldError[] = [];
  const name = textAt(port, "name") ?? "";
  if (name === "") {
    if (named) errors.push(required(`${at}.name`));
  } else {
    const wrong = labelProblem(name);
    if (wrong !== undefined) errors.push(invalidValue(`${at}.name`, name, wrong));
    else if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
  }
  const number = numberAt(port, "port") ?? 0;
  if (number < 1 || number > 65535) {
    errors.push(invalidValue(`${at}.port`, number, "must be between 1 and 65535, inclusive"));
  }
  const target = port["targetPort"];
  if (typeof target === "number" && (target < 1 || target > 65535)) {
    errors.push(invalidValue(`${at}.targetPort`, target, "must be between 1 and 65535, inclusive"));
  }
  const protocol = textAt(port, "protocol") ?? "";
  if (!["TCP", "UDP", "SCTP"].includes(protocol)) {
    errors.push(notSupported(`${at}.protocol`, protocol, ["SCTP", "TCP", "UDP"]));
  }
  return errors;
}

export function validateServiceUpdate(after: JsonMap, before: JsonMap): FieldError[] {
  const address = textAt(before, "clusterIP") ?? "";
  const same = equalJson(after["clusterIPs"] ?? null, before["clusterIPs"] ?? null);
  if (address === "" || same || after["type"] === "ExternalName") return [];
  return [invalidValue("spec.clusterIPs[0]", after["clusterIPs"], "may not change once set")];
}
