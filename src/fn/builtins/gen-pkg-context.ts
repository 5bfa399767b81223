import { Resource } from "../../core/resource.ts";
import { newMap } from "../../core/yaml/print.ts";
import type { CatalogFunction } from "../../functions/index.ts";

const file = "package-context.yaml";

/** Puts a ConfigMap with the package's name beside its Kptfile, for other functions to read (spec: fn 4.5). */
export const generatePackageContext: CatalogFunction = {
  name: "gen-pkg-context",
  run(list) {
    list.items = list.items.filter(
      item => !(item.kind === "ConfigMap" && item.apiVersion === "v1" && item.name === "kptfile.kpt.dev"),
    );
    const kptfile = list.items.find(
      item => item.kind === "Kptfile" && list.places.get(item)?.path === "Kptfile",
    );
    if (kptfile === undefined) return;
    const context = new Resource(
      newMap({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "kptfile.kpt.dev", annotations: { "config.kubernetes.io/local-config": "true" } },
        data: { name: kptfile.name },
      }),
    );
    list.items.push(context);
    list.places.set(context, { path: file, index: 0 });
    list.results.push({ message: "generated package context", severity: "info", file: { path: file } });
  },
};
