import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { schemaOf } from "./lookup.ts";
import { listRule } from "./merge-keys.ts";

const recorded = resolve(
  import.meta.dirname,
  "../../../../../shared/conformance/merge3/list-merge-keys.yaml",
);

function keysAt(apiVersion: string, kind: string, path: string): readonly string[] | undefined {
  const rule = listRule(schemaOf(apiVersion, kind), ...path.replaceAll("[]", ".[]").split("."));
  return rule === undefined || rule.merge === "atomic" ? undefined : rule.keys;
}

test("lists of built-in types merge by the keys that Kubernetes gives them", () => {
  const cases: [string, string, string, readonly string[] | undefined][] = [
    ["apps/v1", "Deployment", "spec.template.spec.containers", ["name"]],
    ["apps/v1", "Deployment", "spec.template.spec.containers[].ports", ["containerPort", "protocol"]],
    ["apps/v1", "Deployment", "spec.template.spec.containers[].command", undefined],
    ["apps/v1", "Deployment", "spec.template.spec.tolerations", undefined],
    ["v1", "ConfigMap", "metadata.finalizers", []],
    ["v1", "ServiceAccount", "imagePullSecrets", undefined],
    ["autoscaling/v2", "HorizontalPodAutoscaler", "spec.metrics", undefined],
    ["batch/v1beta1", "CronJob", "spec.jobTemplate.spec.template.spec.volumes", ["name"]],
    ["extensions/v1beta1", "Ingress", "metadata.ownerReferences", ["uid"]],
    ["example.com/v1", "Thing", "spec.list", undefined],
  ];
  for (const [apiVersion, kind, path, keys] of cases) {
    assert.deepEqual(keysAt(apiVersion, kind, path), keys, `${apiVersion} ${kind} ${path}`);
  }
});

test("strategic patches see retained keys and their one key", () => {
  const pod = schemaOf("v1", "Pod");
  assert.deepEqual(listRule(pod, "spec", "volumes")?.patchStrategy, ["merge", "retainKeys"]);
  assert.equal(listRule(pod, "spec", "containers", 0, "ports")?.patchMergeKey, "containerPort");
  assert.equal(listRule(pod, "spec", "containers", 0, "command")?.listType, "atomic");
});

test("the recorded merge keys of Kubernetes 1.21 still hold", t => {
  if (!existsSync(recorded)) return t.skip(`${recorded} is absent`);
  const types: {
    apiVersion: string;
    kind: string;
    objectMeta?: boolean;
    lists: Record<string, readonly string[]>;
  }[] = parse(readFileSync(recorded, "utf8"));
  const differing: string[] = [];
  for (const { apiVersion, kind, objectMeta, lists } of types) {
    const all: Record<string, readonly string[]> = { ...lists };
    if (objectMeta) {
      all["metadata.finalizers"] = [];
      all["metadata.ownerReferences"] = ["uid"];
    }
    for (const [path, keys] of Object.entries(all)) {
      const ours = keysAt(apiVersion, kind, path);
      if (ours === undefined || ours.join() !== keys.join())
        differing.push(`${apiVersion} ${kind} ${path}: ${keys} became ${ours}`);
    }
  }
  assert.deepEqual(differing, []);
  return undefined;
});
