import assert from "node:assert/strict";
import { test } from "node:test";
import { Resource } from "../../core/resource.ts";
import { resourceList } from "../../core/resource-list.ts";
import { newMap } from "../../core/yaml/print.ts";
import { fn } from "./function.ts";

function configMap(name: string, data: Record<string, string> = {}): Resource {
  return new Resource(newMap({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data }));
}

test("files of the same name in two packages are reported once", async () => {
  const own = configMap("own");
  const other = configMap("other");
  const places = new Map([
    [own, { path: "a.yaml", index: 0 }],
    [other, { path: "a.yaml", index: 0 }],
  ]);
  const functionConfig = configMap("config", { team: "web" });
  const list = resourceList([own, other, configMap("nowhere"), configMap("elsewhere")], {
    functionConfig,
    places,
  });
  await fn.run(list, { tag: "latest", log: () => {} });
  assert.deepEqual(
    list.results.map(({ file }) => file?.path),
    [undefined, undefined, "a.yaml"],
  );
  for (const item of list.items) assert.equal(item.annotations.get("team"), "web");
});
