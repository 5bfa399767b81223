import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { JsonMap } from "../../core/json.ts";
import { keyOf } from "./identity.ts";
import { planRun } from "./plan.ts";
import { Schedule } from "./schedule.ts";

function configMap(index: number, needs: readonly number[]): JsonMap {
  const metadata: JsonMap = { name: `c${index}`, namespace: "ns" };
  if (needs.length > 0) {
    const value = needs.map(need => `/namespaces/ns/ConfigMap/c${need}`).join(",");
    metadata["annotations"] = { "config.kubernetes.io/depends-on": value };
  }
  return { apiVersion: "v1", kind: "ConfigMap", metadata };
}

const world = fc
  .array(fc.record({ needs: fc.uniqueArray(fc.nat(9), { maxLength: 3 }), isDeleted: fc.boolean() }), {
    minLength: 1,
    maxLength: 10,
  })
  .map(list =>
    list.map(({ needs, isDeleted }, index) => ({
      isDeleted,
      object: configMap(
        index,
        needs.filter(need => need < index),
      ),
    })),
  );

for (const barriers of [false, true]) {
  test(`no step starts before its edges, and each ends once (${barriers ? "waves" : "stream"})`, () => {
    fc.assert(
      fc.property(world, fc.infiniteStream(fc.nat()), (objects, choices) => {
        const plan = planRun({
          apply: objects.filter(one => !one.isDeleted).map(one => one.object),
          prune: objects.filter(one => one.isDeleted).map(one => one.object),
        });
        const schedule = new Schedule(plan, { barriers });
        const settled = new Set<string>();
        const running: string[] = [];
        const applies = plan.applyWaves.flat();
        for (let step = 0; !schedule.isDone; step++) {
          assert.ok(step < 1_000, "the schedule makes no progress");
          for (const vertex of schedule.take()) {
            assert.ok(!settled.has(vertex.key) && !running.includes(vertex.key));
            for (const { to } of plan.graph.needs.get(vertex.key) ?? []) {
              if (to.action === "apply" && vertex.action === "apply") assert.ok(settled.has(to.key));
            }
            if (vertex.action === "delete") {
              for (const { from } of plan.graph.neededBy.get(vertex.key) ?? []) {
                if (from.action === "delete") assert.ok(settled.has(from.key));
              }
              for (const applied of applies) assert.ok(settled.has(applied.key));
            }
            running.push(vertex.key);
          }
          const [key] = running.splice((choices.next().value ?? 0) % Math.max(1, running.length), 1);
          if (key === undefined) continue;
          schedule.actuated(key);
          schedule.settled(key);
          settled.add(key);
        }
        assert.equal(settled.size, objects.length - plan.invalid.flatMap(one => one.ids).length);
      }),
    );
  });
}

test("without barriers a chain goes on while another object is waited for", () => {
  const plan = planRun({ apply: [configMap(0, []), configMap(1, []), configMap(2, [1])], prune: [] });
  const [slow, fast, next] = [configMap(0, []), configMap(1, []), configMap(2, [1])].map(object =>
    keyOf({
      group: "",
      kind: "ConfigMap",
      namespace: "ns",
      name: String((object["metadata"] as JsonMap)["name"]),
    }),
  );
  const free = new Schedule(plan, { barriers: false });
  assert.deepEqual(
    free.take().map(one => one.key),
    [slow, fast],
  );
  free.settled(fast ?? "");
  assert.deepEqual(
    free.take().map(one => one.key),
    [next],
  );
  const waves = new Schedule(plan, { barriers: true });
  waves.take();
  waves.settled(fast ?? "");
  assert.deepEqual(waves.take(), []);
});

test("what running pods use is pruned only after they were replaced", () => {
  const old: JsonMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "old", namespace: "ns" } };
  const pod = (name: string): JsonMap => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "ns" },
    spec: { volumes: [{ name: "v", configMap: { name } }] },
  });
  const plan = planRun({ apply: [pod("new")], prune: [old] });
  const key = plan.applyWaves[0]?.[0]?.key ?? "";
  const schedule = new Schedule(plan, { barriers: false, liveOf: () => pod("old") });
  schedule.take();
  schedule.actuated(key);
  assert.deepEqual(schedule.take(), []);
  schedule.settled(key);
  assert.equal(schedule.take().length, 1);
});
