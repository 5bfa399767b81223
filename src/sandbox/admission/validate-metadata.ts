import { equalJson, isMap, type Json, type JsonMap } from "../../core/json.ts";
import { type FieldError, forbiddenField, invalidValue, required } from "../api-error.ts";
import { mapsAt, metadataOf, textsAt } from "../kube-object.ts";
import { labelValueProblem, nameProblem, qualifiedNameProblem } from "../names.ts";
import { collectionOf, type ResourceType } from "../resource-names.ts";

// k8s.io/apimachinery/pkg/api/validation: what is asked of the metadata of every object.

const annotationsLimit = 256 * 1024;

export function validateMetadata(object: JsonMap, type: ResourceType): FieldError[] {
  const metadata = metadataOf(object);
  const errors: FieldError[] = [];
  const base = metadata["generateName"];
  if (typeof base === "string" && base !== "") {
    const wrong = nameProblem(collectionOf(type), base.endsWith("-") ? `${base}a` : base);
    if (wrong !== undefined) errors.push(invalidValue("metadata.generateName", base, wrong));
  }
  const name = metadata["name"];
  if (typeof name !== "string" || name === "") {
    errors.push(required("metadata.name", "name or generateName is required"));
  } else {
    const wrong = nameProblem(collectionOf(type), name);
    if (wrong !== undefined) errors.push(invalidValue("metadata.name", name, wrong));
  }
  if (!type.namespaced && metadata["namespace"] !== undefined) {
    errors.push(forbiddenField("metadata.namespace", "not allowed on this type"));
  }
  return [
    ...errors,
    ...validateLabels(metadata["labels"], "metadata.labels"),
    ...validateAnnotations(metadata["annotations"]),
    ...validateOwners(metadata),
    ...validateFinalizers(metadata),
  ];
}

export function validateLabels(labels: Json | undefined, field: string): FieldError[] {
  if (!isMap(labels)) return [];
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels)) {
    const wrongKey = qualifiedNameProblem(key);
    if (wrongKey !== undefined) errors.push(invalidValue(field, key, wrongKey));
    const wrong = typeof value === "string" ? labelValueProblem(value) : undefined;
    if (wrong !== undefined) errors.push(invalidValue(field, value, wrong));
  }
  return errors;
}

function validateAnnotations(annotations: Json | undefined): FieldError[] {
  if (!isMap(annotations)) return [];
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(annotations)) {
    const wrong = qualifiedNameProblem(key.toLowerCase());
    if (wrong !== undefined) errors.push(invalidValue("metadata.annotations", key, wrong));
    size += Buffer.byteLength(key) + Buffer.byteLength(String(value));
  }
  if (size > annotationsLimit) {
    errors.push({
      reason: "FieldValueTooLong",
      field: "metadata.annotations",
      message: `Too long: may not be more than ${annotationsLimit} bytes`,
    });
  }
  return errors;
}

function validateOwners(metadata: JsonMap): FieldError[] {
  const errors: FieldError[] = [];
  const controllers: string[] = [];
  mapsAt(metadata, "ownerReferences").forEach((owner, index) => {
    const at = `metadata.ownerReferences[${index}]`;
    if (!owner["apiVersion"])
      errors.push(invalidValue(`${at}.apiVersion`, owner["apiVersion"], "version must not be empty"));
    if (!owner["kind"]) errors.push(invalidValue(`${at}.kind`, owner["kind"] ?? "", "must not be empty"));
    if (!owner["name"]) errors.push(invalidValue(`${at}.name`, owner["name"] ?? "", "must not be empty"));
    if (!owner["uid"]) errors.push(invalidValue(`${at}.uid`, owner["uid"] ?? "", "must not be empty"));
    if (owner["controller"] === true) controllers.push(String(owner["name"]));
  });
  if (controllers.length > 1) {
    errors.push(
      invalidValue(
        "metadata.ownerReferences",
        metadata["ownerReferences"],
        `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]} and ${controllers[1]}`,
      ),
    );
  }
  return errors;
}

const plainFinalizers = ["orphan", "foregroundDeletion", "kubernetes"];

function validateFinalizers(metadata: JsonMap): FieldError[] {
  const errors: FieldError[] = [];
  const names = textsAt(metadata, "finalizers");
  names.forEach((name, index) => {
    const wrong = qualifiedNameProblem(name);
    if (wrong !== undefined) errors.push(invalidValue("metadata.finalizers", name, wrong));
    else if (!name.includes("/") && !plainFinalizers.includes(name)) {
      errors.push(
        invalidValue(
          `metadata.finalizers[${index}]`,
          name,
          "name is neither a standard finalizer name nor is it fully qualified",
        ),
      );
    }
  });
  if (names.includes("orphan") && names.includes("foregroundDeletion")) {
    errors.push(
      invalidValue(
        "metadata.finalizers",
        names,
        "finalizer orphan and foregroundDeletion cannot be both set",
      ),
    );
  }
  return errors;
}

const immutable = "field is immutable";

/** What an update may not do to metadata. */
export function validateMetadataUpdate(after: JsonMap, before: JsonMap): FieldError[] {
  const next = metadataOf(after);
  const last = metadataOf(before);
  const errors: FieldError[] = [];
  const added = textsAt(next, "finalizers").filter(name => !textsAt(last, "finalizers").includes(name));
  if (last["deletionTimestamp"] !== undefined && added.length > 0) {
    errors.push(
      forbiddenField(
        "metadata.finalizers",
        `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map(name => JSON.stringify(name)).join(", ")}}`,
      ),
    );
  }
  for (const field of ["name", "namespace", "uid"]) {
    if (!equalJson(next[field], last[field])) {
      errors.push(invalidValue(`metadata.${field}`, next[field], immutable));
    }
  }
  return errors;
}
