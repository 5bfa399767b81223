import { existsSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { JsonMap } from "../../src/core/json.ts";
import type { ResourceId } from "../../src/core/resource-id.ts";
import { dependsOnAnnotation, parseDependsOn } from "../../src/live/plan/depends-on.ts";
import { planWaves } from "../../src/live/plan/plan.ts";
import { type Scope, scopesFromDefinitions } from "../../src/live/plan/validate.ts";
import { type Case, differences, readYaml, type Suite } from "./suite.ts";

interface Recorded {
  name: string;
  apply: JsonMap[];
  prune?: JsonMap[];
  expected: { applyWaves: string[][]; pruneWaves?: string[][]; invalid?: string[]; error?: string };
}

interface Syntax {
  value: string;
  refs?: ResourceId[];
  error?: string;
}

/** The kinds that the recorded validations know, as the data's README lists them. */
const groups = new Set(
  "v1 apps/v1 batch/v1 rbac.authorization.k8s.io/v1 networking.k8s.io/v1 policy/v1 storage.k8s.io/v1 scheduling.k8s.io/v1 admissionregistration.k8s.io/v1 apiextensions.k8s.io/v1".split(
    " ",
  ),
);
const clusterScoped = new Set(
  "Namespace ClusterRole ClusterRoleBinding CustomResourceDefinition StorageClass PriorityClass ValidatingWebhookConfiguration MutatingWebhookConfiguration PersistentVolume Node".split(
    " ",
  ),
);

function compare({ apply, prune = [], expected }: Recorded, validated: boolean): string[] {
  const fromDefinitions = scopesFromDefinitions(apply);
  const scopeOf = (apiVersion: string, kind: string): Scope | undefined => {
    if (!groups.has(apiVersion)) return fromDefinitions(apiVersion, kind);
    return clusterScoped.has(kind) ? "cluster" : "namespaced";
  };
  const plan = planWaves({ apply, prune, ...(validated ? { scopeOf } : {}) });
  const problems = differences("error", expected.error ?? "", plan.error ?? "");
  const waves = { apply: plan.applyWaves, prune: plan.pruneWaves, invalid: plan.invalid };
  const want = {
    apply: expected.applyWaves,
    prune: expected.pruneWaves ?? [],
    invalid: expected.invalid ?? [],
  };
  if (!isDeepStrictEqual(waves, want))
    problems.push(`- ${JSON.stringify(want)}`, `+ ${JSON.stringify(waves)}`);
  return problems;
}

function parseOne({ value, refs, error }: Syntax): string[] {
  const prefix = `invalid "${dependsOnAnnotation}" annotation: `;
  try {
    const got = parseDependsOn(value).map(({ group, kind, namespace, name }) => ({
      group,
      kind,
      namespace,
      name,
    }));
    const want = (refs ?? []).map(({ group, kind, namespace, name }) => ({ group, kind, namespace, name }));
    if (error !== undefined) return [`no error; expected: ${error}`];
    return isDeepStrictEqual(got, want) ? [] : [`- ${JSON.stringify(want)}`, `+ ${JSON.stringify(got)}`];
  } catch (thrown) {
    return differences(
      "error",
      (error ?? "").replace(prefix, ""),
      (thrown as Error).message.replace(prefix, ""),
    );
  }
}

/** Sets of objects and the waves in which they are applied and pruned. */
export const ordering: Suite = {
  name: "ordering",
  cases: folder => {
    const read = <T>(name: string): T[] =>
      existsSync(join(folder, name)) ? readYaml<T[]>(join(folder, name)) : [];
    const waves = (file: string): Case[] =>
      read<Recorded>(`${file}.yaml`).map(recorded => ({
        name: `${file}/${recorded.name}`,
        run: async () => compare(recorded, file === "validation"),
      }));
    const syntax = read<Syntax>("depends-on-syntax.yaml").map(
      (one): Case => ({
        name: `depends-on-syntax/${JSON.stringify(one.value)}`,
        run: async () => parseOne(one),
      }),
    );
    return [...waves("waves"), ...waves("validation"), ...syntax];
  },
};
