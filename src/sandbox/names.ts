// Texts of k8s.io/apimachinery/pkg/util/validation. Each check answers with the sentence of what is wrong, or nothing.

const subdomainPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
const labelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const dns1035Pattern = "[a-z]([-a-z0-9]*[a-z0-9])?";
const qualifiedPattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const valuePattern = `(${qualifiedPattern})?`;
const configKeyPattern = "[-._a-zA-Z0-9]+";

const subdomain = new RegExp(`^${subdomainPattern}$`);
const label = new RegExp(`^${labelPattern}$`);
const dns1035 = new RegExp(`^${dns1035Pattern}$`);
const qualified = new RegExp(`^${qualifiedPattern}$`);
const labelValue = new RegExp(`^${valuePattern}$`);
const configKey = new RegExp(`^${configKeyPattern}$`);

const tooLong = (limit: number): string => `must be no more than ${limit} characters`;

export function subdomainProblem(name: string): string | undefined {
  if (name.length > 253) return tooLong(253);
  if (subdomain.test(name)) return undefined;
  return (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start " +
    `and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomainPattern}')`
  );
}

export function labelProblem(name: string): string | undefined {
  if (name.length > 63) return tooLong(63);
  if (label.test(name)) return undefined;
  return (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end " +
    `with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${labelPattern}')`
  );
}

export function dns1035Problem(name: string): string | undefined {
  if (name.length > 63) return tooLong(63);
  if (dns1035.test(name)) return undefined;
  return (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, " +
    `and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${dns1035Pattern}')`
  );
}

/** A key of labels or annotations: `name` or `prefix/name`. */
export function qualifiedNameProblem(text: string): string | undefined {
  const form =
    "consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
    `(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedPattern}')`;
  const parts = text.split("/");
  if (parts.length > 2) {
    return `a valid label key must ${form} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;
  }
  const prefix = parts.length === 2 ? parts[0] : undefined;
  if (prefix === "") return "prefix part must be non-empty";
  if (prefix !== undefined) {
    const wrong = subdomainProblem(prefix);
    if (wrong !== undefined) return `prefix part ${wrong}`;
  }
  const name = parts.at(-1) ?? "";
  if (name === "") return "name part must be non-empty";
  if (name.length > 63) return `name part ${tooLong(63)}`;
  return qualified.test(name) ? undefined : `name part must ${form}`;
}

export function labelValueProblem(value: string): string | undefined {
  if (value.length > 63) return tooLong(63);
  if (labelValue.test(value)) return undefined;
  return (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and " +
    `end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${valuePattern}')`
  );
}

/** A name that only has to fit into a path, as roles may have. */
export function pathSegmentProblem(name: string): string | undefined {
  if (name === ".") return "may not be '.'";
  if (name === "..") return "may not be '..'";
  if (name.includes("/")) return "may not contain '/'";
  return name.includes("%") ? "may not contain '%'" : undefined;
}

/** A key of a ConfigMap's or Secret's data. */
export function configKeyProblem(key: string): string | undefined {
  if (key.length > 253) return tooLong(253);
  if (!configKey.test(key)) {
    return (
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  " +
      `or 'key-name', regex used for validation is '${configKeyPattern}')`
    );
  }
  if (key === ".") return "must not be '.'";
  if (key === "..") return "must not be '..'";
  return key.startsWith("..") ? "must not start with '..'" : undefined;
}

const byCollection: Record<string, (name: string) => string | undefined> = {
  services: dns1035Problem,
  namespaces: labelProblem,
  roles: pathSegmentProblem,
  "roles.rbac.authorization.k8s.io": pathSegmentProblem,
  "clusterroles.rbac.authorization.k8s.io": pathSegmentProblem,
  "rolebindings.rbac.authorization.k8s.io": pathSegmentProblem,
  "clusterrolebindings.rbac.authorization.k8s.io": pathSegmentProblem,
};

/** What is wrong with the name of an object of a kind. */
export function nameProblem(collection: string, name: string): string | undefined {
  return (byCollection[collection] ?? subdomainProblem)(name);
}

const suffixLetters = "bcdfghjklmnpqrstvwxz2456789";

/** The five letters behind a generated name, from the alphabet that spells no words. */
export function randomSuffix(random: () => number, length = 5): string {
  let text = "";
  for (let index = 0; index < length; index++) {
    text += suffixLetters[Math.floor(random() * suffixLetters.length)] ?? "b";
  }
  return text;
}

export function generateName(base: string, random: () => number): string {
  return base.slice(0, 58) + randomSuffix(random);
}

/** Any text as a short word of that alphabet: the pod-template-hash of a template's JSON. */
export function hashWord(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return [...String(hash)].map(digit => suffixLetters[Number(digit)] ?? "b").join("");
}
