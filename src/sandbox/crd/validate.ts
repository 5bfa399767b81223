import { isMap, type Json, type JsonMap, textAt } from "../../core/json.ts";
import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from "../api-error.ts";
import { childMap, mapsAt, nameOf } from "../kube-object.ts";
import { dns1035Problem, subdomainProblem } from "../names.ts";

/** Fills in what a definition leaves open. */
export function defaultDefinition(object: JsonMap): void {
  const spec = childMap(object, "spec");
  const names = childMap(spec, "names");
  const kind = textAt(names, "kind") ?? "";
  if (kind !== "") {
    names["singular"] ??= kind.toLowerCase();
    names["listKind"] ??= `${kind}List`;
  }
  const conversion = childMap(spec, "conversion");
  conversion["strategy"] ??= "None";
}

/** The rules of a CustomResourceDefinition that users meet most. */
export function validateDefinition(object: JsonMap): FieldError[] {
  const spec = childMap(object, "spec");
  const errors: FieldError[] = [];
  const group = textAt(spec, "group") ?? "";
  const names = childMap(spec, "names");
  const plural = textAt(names, "plural") ?? "";
  if (group === "") errors.push(required("spec.group"));
  else {
    const wrong = subdomainProblem(group);
    if (wrong !== undefined) errors.push(invalidValue("spec.group", group, wrong));
    else if (!group.includes(".")) {
      errors.push(invalidValue("spec.group", group, "should be a domain with at least one dot"));
    }
  }
  if (nameOf(object) !== `${plural}.${group}`) {
    errors.unshift(invalidValue("metadata.name", nameOf(object), 'must be spec.names.plural+"."+spec.group'));
  }
  const scope = textAt(spec, "scope") ?? "";
  if (scope === "") errors.push(required("spec.scope"));
  else if (scope !== "Cluster" && scope !== "Namespaced") {
    errors.push(notSupported("spec.scope", scope, ["Cluster", "Namespaced"]));
  }
  errors.push(...validateVersions(spec), ...validateNames(names));
  if (!mapsAt(spec, "versions").some(version => version["storage"] === true)) {
    errors.push(invalidValue("status.storedVersions", null, "must have at least one stored version"));
  }
  return errors;
}

function validateVersions(spec: JsonMap): FieldError[] {
  const errors: FieldError[] = [];
  const versions = mapsAt(spec, "versions");
  const seen = new Set<string>();
  if (versions.filter(version => version["storage"] === true).length !== 1) {
    errors.push(
      invalidValue(
        "spec.versions",
        spec["versions"],
        "must have exactly one version marked as storage version",
      ),
    );
  }
  versions.forEach((version, index) => {
    const at = `spec.versions[${index}]`;
    const name = textAt(version, "name") ?? "";
    const wrong = dns1035Problem(name);
    if (wrong !== undefined) errors.push(invalidValue(`${at}.name`, name, wrong));
    if (seen.has(name)) errors.push(duplicate(`${at}.name`, name));
    seen.add(name);
    const schema = isMap(version["schema"]) ? version["schema"]["openAPIV3Schema"] : undefined;
    if (!isMap(schema)) {
      errors.push(required(`${at}.schema.openAPIV3Schema`, "schemas are required"));
      return;
    }
    if (schema["type"] === undefined) {
      errors.push(required(`${at}.schema.openAPIV3Schema.type`, "must not be empty at the root"));
    } else if (schema["type"] !== "object") {
      errors.push(
        invalidValue(`${at}.schema.openAPIV3Schema.type`, schema["type"], "must be object at the root"),
      );
    }
    // Where there is one schema the server speaks of the old place for it.
    const place = versions.length === 1 ? "spec.validation" : `${at}.schema`;
    structural(schema, `${place}.openAPIV3Schema`, true, errors);
  });
  return errors;
}

/** Every place of a structural schema says its type. */
function structural(schema: JsonMap, at: string, isRoot: boolean, errors: FieldError[]): void {
  if (errors.length > 20) return;
  const open =
    schema["x-kubernetes-preserve-unknown-fields"] === true || schema["x-kubernetes-int-or-string"] === true;
  if (!isRoot && (schema["type"] === undefined || schema["type"] === "") && !open) {
    errors.push(required(`${at}.type`, "must not be empty for specified object fields"));
  }
  const properties = schema["properties"];
  if (isMap(properties)) {
    if (isMap(schema["additionalProperties"])) {
      errors.push(
        forbiddenField(
          `${at}.additionalProperties`,
          "additionalProperties and properties are mutual exclusive",
        ),
      );
    }
    for (const [name, inner] of Object.entries(properties))
      nested(inner, `${at}.properties[${name}]`, errors);
  }
  nested(schema["items"], `${at}.items`, errors);
  nested(schema["additionalProperties"], `${at}.additionalProperties`, errors);
  if (schema["type"] === "array" && schema["items"] === undefined) {
    errors.push(required(`${at}.items`, "must be specified"));
  }
}

function nested(schema: Json | undefined, at: string, errors: FieldError[]): void {
  if (isMap(schema)) structural(schema, at, false, errors);
}

function validateNames(names: JsonMap): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ["plural", "singular", "kind", "listKind"]) {
    const value = textAt(names, field) ?? "";
    const at = `spec.names.${field}`;
    if (value === "") errors.push(required(at));
    else {
      const wrong = dns1035Problem(value.toLowerCase());
      if (wrong !== undefined) {
        errors.push(
          invalidValue(
            at,
            value,
            field.toLowerCase().includes("kind")
              ? `may have mixed case, but should otherwise match: ${wrong}`
              : wrong,
          ),
        );
      }
    }
  }
  return errors;
}
