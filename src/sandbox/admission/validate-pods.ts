import { isMap, type Json, type JsonMap, textAt } from "../../core/json.ts";
import { duplicate, type FieldError, invalidValue, notSupported, required } from "../api-error.ts";
import { mapsAt, numberAt } from "../kube-object.ts";
import { labelProblem } from "../names.ts";
import { validateLabels } from "./validate-metadata.ts";

export function nonNegative(map: JsonMap, at: string, field: string): FieldError[] {
  const value = numberAt(map, field);
  return value !== undefined && value < 0
    ? [invalidValue(`${at}.${field}`, value, "must be greater than or equal to 0")]
    : [];
}

export function validateTemplate(
  template: Json | undefined,
  at: string,
  policies: readonly string[],
  claims: readonly string[] = [],
): FieldError[] {
  if (!isMap(template)) return [];
  const labels = isMap(template["metadata"]) ? template["metadata"]["labels"] : undefined;
  const spec = isMap(template["spec"]) ? template["spec"] : {};
  const errors = [...validateLabels(labels, `${at}.labels`), ...validatePodSpec(spec, `${at}.spec`, claims)];
  const policy = textAt(spec, "restartPolicy") ?? "";
  if (policies.length > 0 && !policies.includes(policy)) {
    const allowed = policies.length === 2 ? ["OnFailure", "Never"] : policies;
    errors.push(
      policies.length === 2 && policy === "Always"
        ? required(`${at}.spec.restartPolicy`, 'valid values: "OnFailure", "Never"')
        : notSupported(`${at}.spec.restartPolicy`, policy, allowed),
    );
  }
  return errors;
}

/** `claims` are volumes that a StatefulSet adds to those of its template. */
export function validatePodSpec(spec: JsonMap, at: string, claims: readonly string[] = []): FieldError[] {
  const errors: FieldError[] = [];
  const volumes = new Set([...validateVolumes(spec, at, errors), ...claims]);
  const containers = mapsAt(spec, "containers");
  if (containers.length === 0) errors.push(required(`${at}.containers`));
  const seen = new Set<string>();
  for (const list of ["containers", "initContainers"]) {
    mapsAt(spec, list).forEach((container, index) => {
      errors.push(...validateContainer(container, `${at}.${list}[${index}]`, volumes, seen));
    });
  }
  const policy = textAt(spec, "restartPolicy") ?? "";
  if (!["Always", "OnFailure", "Never"].includes(policy)) {
    errors.push(notSupported(`${at}.restartPolicy`, policy, ["Always", "OnFailure", "Never"]));
  }
  return errors;
}

function validateVolumes(spec: JsonMap, at: string, errors: FieldError[]): Set<string> {
  const names = new Set<string>();
  mapsAt(spec, "volumes").forEach((volume, index) => {
    const name = textAt(volume, "name") ?? "";
    const place = `${at}.volumes[${index}]`;
    if (name === "") errors.push(required(`${place}.name`));
    else {
      const wrong = labelProblem(name);
      if (wrong !== undefined) errors.push(invalidValue(`${place}.name`, name, wrong));
      else if (names.has(name)) errors.push(duplicate(`${place}.name`, name));
    }
    names.add(name);
    const claim = volume["persistentVolumeClaim"];
    if (isMap(claim) && !claim["claimName"])
      errors.push(required(`${place}.persistentVolumeClaim.claimName`));
    const secret = volume["secret"];
    if (isMap(secret) && !secret["secretName"]) errors.push(required(`${place}.secret.secretName`));
    const configMap = volume["configMap"];
    if (isMap(configMap) && !configMap["name"]) errors.push(required(`${place}.configMap.name`));
  });
  return names;
}

function validateContainer(
  container: JsonMap,
  at: string,
  volumes: Set<string>,
  seen: Set<string>,
): FieldError[] {
  const errors: FieldError[] = [];
  const name = textAt(container, "name") ?? "";
  if (name === "") errors.push(required(`${at}.name`));
  else {
    const wrong = labelProblem(name);
    if (wrong !== undefined) errors.push(invalidValue(`${at}.name`, name, wrong));
  }
  const image = textAt(container, "image") ?? "";
  if (image === "") errors.push(required(`${at}.image`));
  else if (image.trim() !== image) {
    errors.push(invalidValue(`${at}.image`, image, "must not have leading or trailing whitespace"));
  }
  mapsAt(container, "ports").forEach((port, index) => {
    errors.push(...validatePort(port, `${at}.ports[${index}]`));
  });
  mapsAt(container, "env").forEach((variable, index) => {
    const key = textAt(variable, "name") ?? "";
    if (key === "") errors.push(required(`${at}.env[${index}].name`));
    if (isMap(variable["valueFrom"]) && typeof variable["value"] === "string" && variable["value"] !== "") {
      errors.push(
        invalidValue(`${at}.env[${index}].valueFrom`, "", "may not be specified when `value` is not empty"),
      );
    }
  });
  mapsAt(container, "volumeMounts").forEach((mount, index) => {
    const place = `${at}.volumeMounts[${index}]`;
    const volume = textAt(mount, "name") ?? "";
    if (volume === "") errors.push(required(`${place}.name`));
    else if (!volumes.has(volume)) {
      errors.push({
        reason: "FieldValueNotFound",
        field: `${place}.name`,
        message: `Not found: ${JSON.stringify(volume)}`,
      });
    }
    if (!mount["mountPath"]) errors.push(required(`${place}.mountPath`));
  });
  // The server compares names after it has looked at each container.
  if (seen.has(name)) errors.push(duplicate(`${at}.name`, name));
  seen.add(name);
  return errors;
}

function validatePort(port: JsonMap, at: string): FieldError[] {
  const number = numberAt(port, "containerPort") ?? 0;
  if (number === 0) return [required(`${at}.containerPort`)];
  if (number < 1 || number > 65535) {
    return [invalidValue(`${at}.containerPort`, number, "must be between 1 and 65535, inclusive")];
  }
  const protocol = textAt(port, "protocol") ?? "";
  return ["TCP", "UDP", "SCTP"].includes(protocol)
    ? []
    : [notSupported(`${at}.protocol`, protocol, ["SCTP", "TCP", "UDP"])];
}
