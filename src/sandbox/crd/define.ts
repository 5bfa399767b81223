import { isMap, type JsonMap, textAt } from "../../core/json.ts";
import { crdSchemas } from "../../core/schema/crd.ts";
import { childMap, mapsAt, nameOf, textsAt } from "../kube-object.ts";
import type { ResourceType, Subresource } from "../resource-names.ts";

const allVerbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
const readAndWrite = ["get", "patch", "update"];

/** The kinds that a definition has the server serve, one for each served version. */
export function typesOf(definition: JsonMap): ResourceType[] {
  const spec = childMap(definition, "spec");
  const group = textAt(spec, "group") ?? "";
  const names = childMap(spec, "names");
  const kind = textAt(names, "kind") ?? "";
  const plural = textAt(names, "plural") ?? "";
  const versions = mapsAt(spec, "versions");
  const storageVersion =
    textAt(
      versions.find(version => version["storage"] === true),
      "name",
    ) ?? "";
  const schemas = crdSchemas([definition]);
  return versions
    .filter(version => version["served"] === true)
    .map(version => {
      const name = textAt(version, "name") ?? "";
      const groupVersion = `${group}/${name}`;
      const doors = isMap(version["subresources"]) ? version["subresources"] : undefined;
      const subresources: Subresource[] = [];
      if (isMap(doors?.["status"])) subresources.push({ name: "status", verbs: readAndWrite });
      if (isMap(doors?.["scale"])) {
        subresources.push({
          name: "scale",
          kind: "Scale",
          group: "autoscaling",
          version: "v1",
          verbs: readAndWrite,
        });
      }
      return {
        group,
        version: name,
        groupVersion,
        plural,
        kind,
        singular: textAt(names, "singular") ?? kind.toLowerCase(),
        listKind: textAt(names, "listKind") ?? `${kind}List`,
        namespaced: spec["scope"] === "Namespaced",
        shortNames: textsAt(names, "shortNames"),
        categories: textsAt(names, "categories"),
        verbs: allVerbs,
        subresources,
        storageVersion,
        countsGenerations: true,
        needsResourceVersion: true,
        answersDeletedObject: false,
        custom: {
          definitionName: nameOf(definition),
          schema: schemas.schemaOf(groupVersion, kind),
          hasStatus: isMap(doors?.["status"]),
          scale: isMap(doors?.["scale"]) ? doors["scale"] : undefined,
          columns: mapsAt(version, "additionalPrinterColumns"),
          deprecation: deprecationOf(version, groupVersion, kind),
        },
      };
    });
}

function deprecationOf(version: JsonMap, groupVersion: string, kind: string): string | undefined {
  if (version["deprecated"] !== true) return undefined;
  return textAt(version, "deprecationWarning") ?? `${groupVersion} ${kind} is deprecated`;
}
