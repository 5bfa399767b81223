import type { Resource } from "../../core/resource.ts";
import { FunctionError } from "../../core/resource-list.ts";
import { childMap, childText } from "../../sdk/nodes.ts";

export interface Settings {
  strict: boolean;
  ignoreMissingSchemas: boolean;
  skipKinds: ReadonlySet<string>;
}

/** The settings stand at the top of the config or, as in a ConfigMap, in its `data`. */
export function readSettings(config: Resource | undefined, isTrue: (text: string) => boolean): Settings {
  const text = (key: string): string =>
    childText(config?.node, key) || childText(childMap(config?.node, "data"), key) || "";
  for (const key of ["schema_location", "additional_schema_locations"]) {
    const location = text(key);
    if (location === "") continue;
    throw new FunctionError(
      `\`${key}\` ${JSON.stringify(location)} needs files or the network: the built-in function knows the schemas of Kubernetes only; run it with --fn-runtime=container`,
    );
  }
  return {
    strict: isTrue(text("strict")),
    ignoreMissingSchemas: isTrue(text("ignore_missing_schemas")),
    skipKinds: new Set(
      text("skip_kinds")
        .split(",")
        .filter(kind => kind !== ""),
    ),
  };
}
