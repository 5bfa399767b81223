import { isUtf8 } from "node:buffer";
import { parseYaml } from "../../core/yaml/parse.ts";
import { canonicalText } from "../../core/yaml/print.ts";
import { sameResource } from "../../merge/same.ts";
import { inFolder, kptfileName } from "../../package/folder.ts";
import { type Kptfile, newKptfile } from "../../package/kptfile.ts";
import { compareBytes } from "../../package/paths.ts";
import type { FileMap } from "../draft.ts";
import { peekKptfile } from "../remote-packages.ts";

/** Whether a local package is as upstream had it, but for what kpt itself writes into it. */
export function samePackage(origin: FileMap, local: FileMap, folder: string): boolean {
  return differingFiles(origin, local, folder).length === 0;
}

/** The files that differ between upstream and here, sorted; kpt's own marks and records don't count. */
export function differingFiles(origin: FileMap, local: FileMap, folder: string): string[] {
  const differing: string[] = [];
  for (const path of new Set([...origin.keys(), ...local.keys()])) {
    const isSame = path.endsWith(kptfileName)
      ? sameKptfile(origin, local, path, path === inFolder(folder, kptfileName))
      : sameFile(path, origin.get(path)?.content, local.get(path)?.content);
    if (!isSame) differing.push(path);
  }
  return differing.sort(compareBytes);
}

function sameFile(path: string, origin: Buffer | undefined, local: Buffer | undefined): boolean {
  if (origin === undefined || local === undefined) return false;
  if (origin.equals(local)) return true;
  if (!/\.ya?ml$/.test(path) || !isUtf8(origin) || !isUtf8(local)) return false;
  try {
    const before = rootsOf(origin);
    const after = rootsOf(local);
    return before.length === after.length && before.every((root, at) => sameResource(root, after[at]));
  } catch {
    return false;
  }
}

function rootsOf(content: Buffer) {
  return parseYaml(content.toString("utf8")).documents.flatMap(({ root }) =>
    root === undefined ? [] : [root],
  );
}

function sameKptfile(origin: FileMap, local: FileMap, path: string, isOwn: boolean): boolean {
  if (
    origin.get(path) &&
    local.get(path) &&
    origin.get(path)?.content.equals(local.get(path)?.content ?? Buffer.of())
  )
    return true;
  const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  const after = peekKptfile(local, folder, folder);
  // A package without a Kptfile upstream has the bare one that kpt made for it.
  const before = peekKptfile(origin, folder, folder) ?? (isOwn ? newKptfile("", folder) : undefined);
  if (before === undefined || after === undefined) return before === after;
  return comparable(before) === comparable(after);
}

/** A Kptfile without what differs by nature: name, origin, and what rendering noted. */
function comparable(kptfile: Kptfile): string {
  const copy = kptfile.root.clone();
  for (const field of ["upstream", "upstreamLock"]) copy.delete(field);
  for (const field of ["name", "namespace"]) copy.deleteIn(["metadata", field]);
  copy.deleteIn(["status", "renderStatus"]);
  const conditions = copy.getIn(["status", "conditions"]);
  if (conditions?.kind === "seq") {
    for (let at = conditions.size - 1; at >= 0; at--) {
      const condition = conditions.get(at);
      if (condition?.kind === "map" && condition.text("type") === "Rendered") conditions.remove(at);
    }
    if (conditions.size === 0) copy.deleteIn(["status", "conditions"]);
  }
  for (const field of ["status", "metadata"]) {
    const section = copy.get(field);
    if (section?.kind === "map" && section.size === 0) copy.delete(field);
  }
  return canonicalText(copy);
}
