import { isMap, type JsonMap } from "../../core/json.ts";
import { childMap } from "../kube-object.ts";

/** `stringData` is a way to write, not to store. */
export function foldStringData(object: JsonMap): void {
  const plain = object["stringData"];
  if (!isMap(plain)) return;
  const data = childMap(object, "data");
  for (const [key, value] of Object.entries(plain)) data[key] = Buffer.from(String(value)).toString("base64");
  delete object["stringData"];
}
