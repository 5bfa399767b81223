import { layoutOf } from "./layout.ts";
import type { MapNode, SeqNode, YamlNode } from "./node.ts";
import { Out } from "./out.ts";
import type { ReadDocument } from "./read.ts";
import { hasSource } from "./region.ts";
import type { SourceText } from "./source.ts";
import { Writer } from "./write.ts";

/** One text with its documents. Printing copies every byte that no edit touched. */
export class YamlFile {
  readonly #source: SourceText;
  readonly #documents: YamlDocument[];
  #rearranged = false;

  constructor(source: SourceText, documents: readonly ReadDocument[]) {
    this.#source = source;
    this.#documents = documents.map(place => new YamlDocument(this, place, place.root));
  }

  /** Name of the file for messages, as given to the parser. */
  get file(): string | undefined {
    return this.#source.file;
  }
  get source(): SourceText {
    return this.#source;
  }
  /** In order; documents that hold nothing but comments have no root. */
  get documents(): readonly YamlDocument[] {
    return this.#documents;
  }
  /** Whether printing gives anything else than the text that was parsed. */
  get changed(): boolean {
    return this.#rearranged || this.#documents.some(document => document.changed);
  }

  /** Adds a document at the end. A node in use elsewhere is copied. */
  append(root: MapNode | SeqNode): YamlDocument {
    return this.insert(this.#documents.length, root);
  }
  /** Adds a document before the one at a position. */
  insert(index: number, root: YamlNode): YamlDocument {
    const document = new YamlDocument(this, undefined, root.up === undefined ? root : root.clone());
    this.#documents.splice(index, 0, document);
    this.#rearranged = true;
    return document;
  }
  /** Removes a document with all its comments; the last one leaves an empty text. */
  remove(document: YamlDocument): void {
    const at = this.#documents.indexOf(document);
    if (at < 0) return;
    this.#documents.splice(at, 1);
    this.#rearranged = true;
  }

  toString(): string {
    const { text } = this.#source;
    if (!this.changed) return text;
    const out = new Out(this.#source.newline);
    const hasMark = text.charCodeAt(0) === 0xfeff;
    let isFirst = true;
    for (const document of this.#documents) {
      document.print(out, isFirst);
      isFirst = false;
    }
    const printed = out.toString();
    const last = this.#documents.at(-1);
    const dropsBreak = text !== "" && !text.endsWith("\n") && last?.isRead === true;
    const body = dropsBreak ? printed.replace(/\r?\n$/, "") : printed;
    return hasMark && !body.startsWith("\ufeff") ? `\ufeff${body}` : body;
  }
}

/** One document of a file. */
export class YamlDocument {
  readonly file: YamlFile;
  readonly isOwner = true;
  readonly #place: ReadDocument | undefined;
  #root: YamlNode | undefined;
  #changed = false;
  #preamble: string | undefined;

  /** Documents are made by the parser and by YamlFile. */
  constructor(file: YamlFile, place: ReadDocument | undefined, root: YamlNode | undefined) {
    this.file = file;
    this.#place = place;
    this.#root = root;
    this.#changed = place === undefined;
    if (root !== undefined) root.up = this;
  }

  get root(): YamlNode | undefined {
    return this.#root;
  }
  /** Replaces the whole content; undefined leaves the comments. A node in use elsewhere is copied. */
  set root(root: YamlNode | undefined) {
    if (root === this.#root) return;
    if (this.#root !== undefined) this.#root.up = undefined;
    this.#root = root === undefined || root.up === undefined ? root : root.clone();
    if (this.#root !== undefined) this.#root.up = this;
    this.#changed = true;
  }

  get changed(): boolean {
    return this.#changed;
  }
  /** Whether the document was in the text that was parsed. */
  get isRead(): boolean {
    return this.#place !== undefined;
  }

  /** What was read, with marker and comments; empty for a new document. */
  get text(): string {
    return this.#place === undefined ? "" : this.file.source.text.slice(this.#place.start, this.#place.end);
  }

  /** The comment lines above the document's marker; undefined where there are none, or no marker. */
  get preamble(): string | undefined {
    return this.#preamble ?? this.#preambleText();
  }
  /** Can be set only where there is one. */
  set preamble(text: string) {
    if (this.preamble === undefined) throw new Error("the document has no preamble");
    this.#preamble = text;
    this.#changed = true;
  }

  #preambleText(): string | undefined {
    const span = this.#preambleSpan();
    if (span === undefined) return undefined;
    const text = this.file.source.text.slice(...span).replaceAll("\r\n", "\n");
    return text.includes("#") && !/^[^#\s]/m.test(text) ? text.replace(/\n$/, "") : undefined;
  }

  #preambleSpan(): [from: number, to: number] | undefined {
    const place = this.#place;
    if (place?.hasMarker !== true) return undefined;
    const { text } = this.file.source;
    const from = place.start + (place.start === 0 && text.charCodeAt(0) === 0xfeff ? 1 : 0);
    const marker = /^---/m.exec(text.slice(from, place.bodyStart))?.index;
    return marker === undefined || marker === 0 ? undefined : [from, from + marker];
  }

  touched(): void {
    this.#changed = true;
  }

  /** Line of the document's first byte, from 1; 0 for a new one. */
  get line(): number {
    return this.#place === undefined ? 0 : this.file.source.position(this.#place.start).line;
  }

  print(out: Out, isFirst: boolean): void {
    const { source } = this.file;
    const { text } = source;
    const place = this.#place;
    const writer = new Writer(out, layoutOf(this.#root, source));
    if (place === undefined) {
      out.breakLine();
      if (!isFirst) out.raw("---\n");
      if (this.#root !== undefined) writer.root(this.#root);
      return;
    }
    let { start } = place;
    if (isFirst && start > 0 && text.slice(start, place.bodyStart).trim() === "---") start = place.bodyStart;
    if (!isFirst && !place.hasMarker && !(start > 0 && /^\.\.\./m.test(text.slice(0, start)))) {
      out.breakLine();
      out.raw("---\n");
    } else if (!isFirst) out.breakLine();
    if (start === 0 && text.charCodeAt(0) === 0xfeff && !isFirst) start = 1;
    const span = this.#preamble === undefined ? undefined : this.#preambleSpan();
    if (span !== undefined) {
      out.copy(source, start, Math.max(span[0], start), 0);
      out.raw(`${this.#preamble}\n`);
      start = span[1];
    }
    const root = this.#root;
    if (!this.#changed) {
      out.copy(source, start, place.end, 0);
      return;
    }
    const inPlace =
      root !== undefined && root === place.root && hasSource(root) ? writer.rootInPlace(root) : undefined;
    if (inPlace !== undefined) {
      out.copy(source, start, inPlace.from, 0);
      inPlace.write();
      out.copy(source, inPlace.to, place.end, 0);
      return;
    }
    out.copy(source, start, Math.max(place.bodyStart, start), 0);
    if (root !== undefined) writer.root(root);
    out.copy(source, place.bodyEnd, place.end, 0);
  }
}
