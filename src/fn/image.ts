import { KptError } from "../core/error.ts";

/** Where images live whose name has no registry, unless the user says otherwise. */
export const defaultPrefix = "ghcr.io/kptdev/krm-functions-catalog";

/** Registries whose images are the catalog functions that we have built in. */
const catalogRegistries = [`${defaultPrefix}/`, "gcr.io/kpt-fn/", "gcr.io/kpt-fn-contrib/"];

/** The prefix for short names: the flag, else the environment, else kpt's own registry. Throws for what is none. */
export function imagePrefix(flag: string | undefined, fromEnvironment: string | undefined): string {
  const prefix =
    flag ?? (fromEnvironment === undefined || fromEnvironment === "" ? defaultPrefix : fromEnvironment);
  if (prefix === "") return "";
  const fail = (why: string) =>
    new KptError("USAGE", `invalid image prefix ${JSON.stringify(prefix)}: ${why}`);
  if (prefix.includes("://")) throw fail("must not include a scheme (e.g. https://)");
  if (/[?#]/.test(prefix)) throw fail("must not contain '?' or '#'");
  const path = prefix.replace(/\/+$/, "");
  if (!isReference(`${path}/x`)) throw fail("must be a valid registry path");
  return path;
}

/** A short name with the prefix before it; any name with a slash as it is. */
export function withPrefix(image: string, prefix: string): string {
  return image.includes("/") || prefix === "" ? image : `${prefix}/${image}`;
}

const component = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const host = "(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)";
const domain = `(?:${host}(?:\\.${host})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const reference = new RegExp(
  `^((?:${domain}/)?${component}(?:/${component})*)(?::(\\w[\\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$`,
);

export interface ImageReference {
  /** Registry and repository, without tag and digest. */
  repository: string;
  tag: string | undefined;
  digest: string | undefined;
}

export function parseImage(image: string): ImageReference | undefined {
  if (image.length > 1024) return undefined;
  const match = reference.exec(image);
  if (match === null || match[1] === undefined || match[1].length > 255) return undefined;
  return { repository: match[1], tag: match[2], digest: match[3] };
}

function isReference(image: string): boolean {
  return parseImage(image) !== undefined;
}

/** Refuses what no container engine would take as the name of an image. */
export function checkImage(image: string): void {
  if (isReference(image)) return;
  throw new KptError(
    "USAGE",
    `function image reference ${JSON.stringify(image)} is invalid: invalid reference format`,
  );
}

/**
 * The catalog function that an image stands for, if it may run built in: from a catalog registry, and not pinned to a
 * digest, which asks for exactly those bytes.
 */
export function catalogName(image: string): string | undefined {
  const parsed = parseImage(image);
  if (parsed === undefined || parsed.digest !== undefined) return undefined;
  const registry = catalogRegistries.find(prefix => parsed.repository.startsWith(prefix));
  if (registry === undefined) return undefined;
  const name = parsed.repository.slice(registry.length);
  return name.includes("/") ? undefined : name;
}

/** `:latest` where an image has neither tag nor digest. */
export function withDefaultTag(image: string): string {
  const parsed = parseImage(image);
  return parsed !== undefined && parsed.tag === undefined && parsed.digest === undefined
    ? `${image}:latest`
    : image;
}

export const pullPolicies = ["Always", "IfNotPresent", "Never"] as const;
export type PullPolicy = (typeof pullPolicies)[number];

export function parsePullPolicy(text: string): PullPolicy {
  const found = pullPolicies.find(policy => policy.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  throw new KptError(
    "USAGE",
    `invalid argument ${JSON.stringify(text)} for "--image-pull-policy" flag: must be one of: ${pullPolicies.join(", ")}`,
  );
}
