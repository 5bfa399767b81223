/** What `kpt fn doc` says about a built-in function. */
export interface FunctionDoc {
  /** One sentence, without the name. */
  readonly short: string;
  /** What it does, in a paragraph or two; each line at most 100 characters. */
  readonly long: string;
  /** The fields of its configuration, in the order of importance. */
  readonly fields: readonly (readonly [name: string, meaning: string])[];
  readonly examples: readonly { readonly says: string; readonly run: string }[];
  /** Where the published function that this one stands for comes from. */
  readonly source: string;
  /** The versions that were published: a range in a `tag` field picks one of these. */
  readonly tags: readonly string[];
  /** What the published function can do and this one can't. */
  readonly missing?: string;
}

const catalog = "https://github.com/kptdev/krm-functions-catalog/tree/main";

/** The folder of a function in the catalogue's repository. */
export function catalogSource(folder: string): string {
  return `${catalog}/${folder}`;
}

/** The documentation as text for a terminal. */
export function docText(name: string, doc: FunctionDoc): string {
  const width = Math.max(0, ...doc.fields.map(([field]) => field.length));
  const fields = doc.fields.map(([field, meaning]) => `  ${field.padEnd(width)}  ${meaning}`);
  const examples = doc.examples.flatMap(({ says, run }) => [`  # ${says}`, `  ${run}`]);
  const part = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ["", `${title}:`, ...lines];
  return [
    `${name}: ${doc.short}`,
    "",
    ...doc.long.trim().split("\n"),
    ...part("Configuration", fields),
    ...part("Examples", examples),
    ...part("Not supported here", doc.missing === undefined ? [] : [`  ${doc.missing}`]),
    ...part("Published versions", [`  ${doc.tags.join(", ")}`]),
    ...part("Source of the published function", [`  ${doc.source}`]),
    "",
  ].join("\n");
}
