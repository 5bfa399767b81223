import type { ResourceId } from "../../core/resource-id.ts";
import { formatInventoryId } from "../../core/resource-id.ts";

/** Why one object (or several, in a cycle) can't be part of a run. */
export interface Invalid {
  ids: ResourceId[];
  causes: string[];
}

/** The text kpt prints for everything that is wrong, all at once. */
export function formatInvalid(found: readonly Invalid[]): string {
  if (found.length === 1 && found[0] !== undefined) return formatOne(found[0]);
  return `${found.length} errors:\n${found.map(one => `- ${indent(formatOne(one))}\n`).join("")}`;
}

function formatOne({ ids, causes }: Invalid): string {
  const names = ids.map(id => JSON.stringify(formatInventoryId(id)));
  const cause =
    causes.length === 1
      ? (causes[0] ?? "")
      : `${causes.length} errors:\n${causes.map(text => `- ${indent(text)}\n`).join("")}`;
  return ids.length === 1
    ? `invalid object: ${names[0]}: ${cause}`
    : `invalid objects: [${names.join(", ")}] ${cause}`;
}

function indent(text: string): string {
  return text.trimEnd().replaceAll("\n", "\n  ");
}
