import { Resource } from "../core/resource.ts";
import type { ObjectSchema } from "../core/schema/schema.ts";
import type { YamlDocument, YamlFile } from "../core/yaml/file.ts";
import type { YamlNode } from "../core/yaml/node.ts";
import { parseYaml } from "../core/yaml/parse.ts";
import { addMergeComment, shareBlueprint, upstreamIdentifier } from "../package/merge-comment.ts";
import { refuseDangling } from "./dangling.ts";
import type { ConflictPolicy, Decision } from "./decision.ts";
import { placeDocuments } from "./document-order.ts";
import { mergeHeaders } from "./header.ts";
import { type LostComment, missingComments } from "./lost-comments.ts";
import { type Known, knownDocuments, listItemKeys, type Matched, matchDocuments } from "./match.ts";
import { schemaOfAny } from "./merge-text.ts";
import { mergeNodes } from "./merge3.ts";
import { sameResource } from "./same.ts";
import type { Sides } from "./sides.ts";

export interface YamlMergeOptions {
  /** Below the root of the package, for decisions and errors. */
  path: string;
  /** How errors name the file: relative to its own package. */
  shown: string;
  schemaOf: (apiVersion: string, kind: string) => ObjectSchema | undefined;
  onConflict: ConflictPolicy | undefined;
  decisions: Decision[];
}

/**
 * Merges three versions of a file of resources; a missing file is an empty one. Returns the text of the result, or
 * undefined where no resource is left.
 */
export function mergeYamlFile(
  { base, upstream, local }: Sides<YamlFile | undefined>,
  options: YamlMergeOptions,
): string | undefined {
  const result = local ?? parseYaml("", { file: options.path });
  const matches = matchDocuments({
    base: knownDocuments(base, options.shown, "base"),
    upstream: knownDocuments(upstream, options.shown, "upstream"),
    local: knownDocuments(result, options.shown, "local"),
  });
  const merge = new FileMerge(result, options);
  const added: Known[] = [];
  for (const match of matches) if (merge.merge(match) === "add" && match.upstream) added.push(match.upstream);
  placeDocuments(result, matches, added);
  if (!result.documents.some(({ root }) => root !== undefined)) return undefined;
  const text = result.toString();
  const before = base?.source.text ?? "";
  if (result.changed) merge.noteLostComments(matches, text, before);
  if (upstream !== undefined) merge.noteUpstreamComments(matches, text, before, upstream.source.text);
  return text;
}

/** Notes the resources of a file that is new upstream. Throws where two are known by the same. */
export function noteAdded(upstream: YamlFile, { path, shown, decisions }: YamlMergeOptions): void {
  for (const known of knownDocuments(upstream, shown, "upstream")) {
    decisions.push({
      file: path,
      ...(known.shown === undefined ? {} : { object: known.shown }),
      kind: known.kind,
      taken: "upstream",
      conflict: false,
      note: "added upstream",
    });
  }
}

class FileMerge {
  readonly #file: YamlFile;
  readonly #options: YamlMergeOptions;

  constructor(file: YamlFile, options: YamlMergeOptions) {
    this.#file = file;
    this.#options = options;
  }

  merge(match: Matched): "add" | "done" {
    const { base, upstream, local } = match;
    if (local === undefined) {
      if (upstream === undefined) return "done";
      if (base === undefined) {
        this.#decide(match, "upstream", false, "added upstream");
        return "add";
      }
      const changed = !sameText(base, upstream);
      this.#decide(
        match,
        "local",
        changed,
        changed ? "removed locally, changed upstream" : "removed locally",
      );
      return "done";
    }
    if (upstream === undefined) {
      if (base === undefined) this.#decide(match, "local", false, "added locally");
      else if (sameResource(base.document.root, local.document.root)) {
        this.#decide(match, "upstream", false, "removed upstream");
        this.#file.remove(local.document);
      } else this.#decide(match, "local", true, "removed upstream, changed locally");
      return "done";
    }
    const followsComments = commentsOf(base) !== commentsOf(upstream);
    if (base === undefined || !sameText(base, upstream) || followsComments)
      this.#fields(match, local, followsComments);
    return "done";
  }

  /** What was written here and is gone is told, even where its value's going was no conflict. */
  noteLostComments(matches: readonly Matched[], result: string, base: string): void {
    const missing = missingComments(this.#file.source.text, result, base);
    for (const { text, line, known } of placed(missing, matches, "local")) {
      const hidden = "a local comment went with its value";
      const note = known?.kind === "Secret" ? hidden : `went with its value: ${text}`;
      this.#options.decisions.push({
        file: this.#options.path,
        line,
        ...about(known),
        taken: "upstream",
        conflict: true,
        note,
      });
    }
  }

  /** What upstream wrote and local comments or values stand in the way of. */
  noteUpstreamComments(matches: readonly Matched[], result: string, base: string, upstream: string): void {
    const missing = missingComments(upstream, result, base);
    for (const { text, known } of placed(missing, matches, "upstream")) {
      const hidden = "a comment from upstream was not taken";
      const note = known?.kind === "Secret" ? hidden : `comment from upstream not taken: ${text}`;
      this.#options.decisions.push({
        file: this.#options.path,
        ...about(known),
        taken: "local",
        conflict: false,
        note,
      });
    }
  }

  #fields({ base, upstream, local }: Matched, mine: Known, followsComments: boolean): void {
    const { path, schemaOf, onConflict, decisions } = this.#options;
    const sides = {
      base: base?.document.root,
      upstream: upstream?.document.root,
      local: local?.document.root,
    };
    for (const other of [sides.base, sides.upstream]) {
      if (sides.local?.kind === "map" && other?.kind === "map") {
        shareBlueprint(new Resource(sides.local), new Resource(other));
      }
    }
    if (followsComments && !mergeHeaders(documentsOf({ base, upstream, local }))) {
      const note = "the comment above it changed on both sides";
      this.#decide({ base, upstream, local }, "local", true, note);
    }
    const itemKeys = mine.kind.endsWith("List") ? listItemKeys(Object.values(sides)) : undefined;
    const merged = mergeNodes(sides, {
      identify: field => (field === "items" ? itemKeys : undefined),
      schema: schemaOfAny([sides.local, sides.base, sides.upstream], schemaOf),
      onConflict,
      // Documents that are no resources are values of a chart or the like.
      keepsNulls: mine.kind === "",
      asWritten: mine.kind === "",
      isOurs: isMark,
      followsComments,
      about: { file: path, kind: mine.kind, ...(mine.shown === undefined ? {} : { object: mine.shown }) },
    });
    for (const decision of merged.decisions) decisions.push(decision);
    if (merged.result === undefined) this.#file.remove(mine.document);
    else if (merged.result !== mine.document.root) mine.document.root = merged.result;
    if (mine.document.changed) refuseDangling(merged.result, path);
  }

  #decide(
    { base, upstream, local }: Matched,
    taken: "upstream" | "local",
    conflict: boolean,
    note: string,
  ): void {
    const known = local ?? upstream ?? base;
    const line = local?.document.root?.position().line;
    this.#options.decisions.push({
      file: this.#options.path,
      ...(line ? { line } : {}),
      ...(known?.shown === undefined ? {} : { object: known.shown }),
      ...(known === undefined ? {} : { kind: known.kind }),
      taken,
      conflict,
      note,
    });
  }
}

/** Comments with the resources that they stand in. */
function placed(
  comments: readonly LostComment[],
  matches: readonly Matched[],
  side: keyof Matched,
): (LostComment & { known: Known | undefined })[] {
  if (comments.length === 0) return [];
  const all = matches.flatMap(match => match[side] ?? []).sort((a, b) => a.index - b.index);
  return comments.map(comment => ({
    ...comment,
    known: all.findLast(({ document }) => document.line <= comment.line),
  }));
}

function about(known: Known | undefined): { object?: string; kind: string } {
  const { shown, kind = "" } = known ?? {};
  return { ...(shown === undefined ? {} : { object: shown }), kind };
}

function documentsOf({ base, upstream, local }: Matched): Sides<YamlDocument | undefined> {
  return { base: base?.document, upstream: upstream?.document, local: local?.document };
}

/** The marks by which resources are found again are ours; upstream's own would lead astray. */
function isMark(path: string): boolean {
  return path === `metadata.annotations["${upstreamIdentifier}"]`;
}

/** Whether two versions of a resource are spelled the same, comments around them aside. */
function sameText(a: Known, b: Known): boolean {
  return spelling(a.document.root) === spelling(b.document.root);
}

function spelling(root: YamlNode | undefined): string | undefined {
  if (root?.source === undefined) return undefined;
  return root.source.text.slice(root.start, root.end);
}

/** Everything in a document that looks like a comment: the same on both sides means that upstream changed none. */
function commentsOf(known: Known | undefined): string {
  const text = known?.document.text ?? "";
  return text.includes("#") ? (text.match(/(?<=^|\s)#.*/gm) ?? []).join("\n") : "";
}

/** Marks every resource of a file. Returns whether something was missing. */
export function markFile(file: YamlFile): boolean {
  let changed = false;
  for (const { root } of file.documents) {
    if (root?.kind === "map" && addMergeComment(new Resource(root))) changed = true;
  }
  return changed;
}
