import type { MapNode, YamlNode } from "../core/yaml/node.ts";
import type { Kptfile } from "../package/kptfile.ts";
import { setInOrder } from "../package/kptfile-edit.ts";
import { kptfileShape, type Shape } from "../package/kptfile-schema.ts";

/** Sections that a fetched package brings along. */
const brought = ["info", "pipeline", "inventory", "status"] as const;

/**
 * Merges the Kptfile of a remote subpackage into the one by which its parent declared it: where both have a value
 * upstream's wins; name, namespace and upstream stay the parent's. Edits and returns `own`.
 */
export function overlayKptfile(own: Kptfile, upstream: Kptfile): Kptfile {
  for (const section of brought) {
    const value = upstream.root.get(section);
    if (value) overlay(own.root, section, value, kptfileShape);
  }
  for (const field of ["labels", "annotations"]) {
    const value = upstream.root.getIn(["metadata", field]);
    if (value) overlay(own.mapAt("metadata"), field, value, kptfileShape.fields["metadata"]);
  }
  return own;
}

function overlay(map: MapNode, key: string, value: YamlNode, shape: Shape | undefined): void {
  const order = shape?.is === "object" ? Object.keys(shape.fields) : [];
  const inner = shape?.is === "object" ? shape.fields[key] : undefined;
  const present = map.get(key);
  if (present?.kind === "map" && value.kind === "map") {
    for (const entry of value.entries) overlay(present, entry.keyText, entry.value, inner);
  } else if (present?.kind === "seq" && value.kind === "seq" && inner?.is === "list") {
    for (const item of value.items) addItem(present, item);
  } else {
    setInOrder(map, key, value.clone(), order);
  }
}

/** Functions are the same when they have the same name, or, nameless, run the same thing. */
function addItem(list: Extract<YamlNode, { kind: "seq" }>, item: YamlNode): void {
  const key = itemKey(item);
  const at = key === undefined ? -1 : list.items.findIndex(each => itemKey(each) === key);
  if (at < 0) list.push(item.clone());
  else list.replace(at, item.clone());
}

function itemKey(item: YamlNode): string | undefined {
  if (item.kind !== "map") return undefined;
  const name = item.text("name");
  if (name !== undefined) return `name ${name}`;
  const type = item.text("type") ?? item.text("conditionType");
  if (type !== undefined) return `type ${type}`;
  const exec = item.text("exec");
  if (exec !== undefined) return `exec ${exec}`;
  const image = item.text("image");
  return image === undefined ? undefined : `image ${image.replace(/@.*$/, "").replace(/:[^/:]*$/, "")}`;
}
