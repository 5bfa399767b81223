import { addResults, type ResourceList, type Result } from "../../core/resource-list.ts";
import { type MapEntry, type MapNode, ScalarNode, type SeqNode } from "../../core/yaml/node.ts";
import { rawData } from "../../sdk/config.ts";
import { olderFailure } from "../../sdk/failure.ts";
import { toBlockList } from "../../sdk/lists.ts";
import { ensureMap, follow, newPlain, respell } from "../../sdk/nodes.ts";
import { quote } from "../../sdk/quote.ts";
import { inFlow, notMapping, spelled } from "../../sdk/spelling.ts";
import { type Place, walk } from "../../sdk/walk.ts";
import { type CatalogFunction, type FunctionCall, isBefore } from "../catalog-function.ts";
import { type Matchers, readMatchers } from "./matchers.ts";

export const fn: CatalogFunction = { name: "search-replace", run };

interface Found {
  field: string;
  value: string;
}

function run(list: ResourceList, { tag }: FunctionCall): void {
  const results: Result[] = [];
  try {
    const matchers = readMatchers(rawData(list.functionConfig), isBefore(tag, 0, 2));
    const verb =
      matchers.putValue === "" && matchers.putComment === ""
        ? "Matched field value"
        : "Mutated field value to";
    for (const item of list.items) {
      const path = list.places.get(item)?.path ?? "";
      if (!matchers.isFile(path)) continue;
      const found = matchers.putsAtPath ? putAtPath(item.node, matchers) : search(item.node, matchers);
      // What is in no file yet is changed but not reported.
      if (path === "") continue;
      for (const { field, value } of found) {
        results.push({ message: `${verb} ${quote(value)}`, field: { path: field }, file: { path } });
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    olderFailure(
      list,
      `failed to perform search-replace operation: ${quote(thrown.message)}`,
      thrown.message,
    );
  }
  if (results.length === 0) results.push({ message: "no matches" });
  addResults(list, results);
}

function search(root: MapNode, matchers: Matchers): Found[] {
  const found: Found[] = [];
  walk(root, {
    ...(matchers.putComment === "" || matchers.byPath === ""
      ? {}
      : {
          list: (entry: MapEntry, list: SeqNode, path: () => string) => {
            if (list.items.length > 0 && matchers.isPath(path()))
              found.push(commentList(entry, list, matchers));
          },
        }),
    scalar: (node, place) => {
      if (matchers.isMeant(node.text, place)) found.push(put(node, place, matchers));
    },
  });
  return found;
}

function put(node: ScalarNode, place: Place, matchers: Matchers): Found {
  const { putValue, putComment, resolve } = matchers;
  const before = node.text;
  if (putComment !== "") place.comment = asComment(resolve(putComment, before));
  if (putValue !== "") respell(node, resolve(putValue, before));
  const value = spelled(node, place.comment, place.headComment);
  return { field: place.path, value };
}

/** A comment for a whole list stands on its key, and the list becomes a block. */
function commentList(entry: MapEntry, list: SeqNode, matchers: Matchers): Found {
  const value = inFlow(list);
  entry.lineComment = undefined;
  if (list.flow) toBlockList(entry, list);
  entry.keyComment = asComment(matchers.putComment);
  return { field: `${matchers.byPath} # ${matchers.putComment}`, value };
}

function asComment(text: string): string {
  const line = text.replace(/\s*[\r\n]+\s*/g, " ");
  return line.startsWith("#") ? line : `# ${line}`;
}

/** Puts a value at one path of an object, making the mappings on the way. */
function putAtPath(root: MapNode, { byPath, putValue }: Matchers): Found[] {
  const names = byPath.split(".");
  const last = names.pop() ?? "";
  let map = root;
  for (const [i, name] of names.entries()) {
    const made = ensureMap(map, name);
    const entry = map.entry(name);
    if (made === undefined && entry !== undefined)
      throw notMapping(names.slice(0, i + 1).join("."), entry.value, entry.lineComment);
    map = made ?? map;
  }
  const present = follow(map.get(last));
  if (present instanceof ScalarNode && present.type !== "null") respell(present, putValue);
  else map.set(last, newPlain(putValue));
  return [{ field: byPath, value: putValue }];
}
