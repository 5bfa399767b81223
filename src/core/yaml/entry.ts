import { detached } from "./carried.ts";
import { ItemComments } from "./comments.ts";
import type { MapNode, YamlNode } from "./node.ts";
import type { ScalarNode } from "./scalar-node.ts";
import type { Trivia } from "./trivia.ts";
import { materialize } from "./trivia.ts";

/** A key of a mapping, its value and the comments around them. Comments are texts of lines beginning with `#`. */
export class MapEntry {
  readonly map: MapNode;
  #key: YamlNode;
  #keyText: string;
  #value: YamlNode;
  trivia: Trivia | undefined;

  constructor(map: MapNode, key: YamlNode, value: YamlNode) {
    this.map = map;
    this.#key = key;
    this.#keyText = textOfKey(key);
    this.#value = value;
    this.trivia = undefined;
    key.up = map;
    value.up = map;
  }

  get key(): YamlNode {
    return this.#key;
  }
  /** The key as text; of a key that is no scalar, its spelling. Kept at hand: looking keys up is most of the work. */
  get keyText(): string {
    return this.#keyText;
  }
  /** The value; a null scalar where nothing is written. */
  get value(): YamlNode {
    return this.#value;
  }
  /** Replaces the value; the comments of the entry stay. A node that is in use elsewhere is copied. */
  set value(value: YamlNode) {
    materialize(this.map);
    const node = detached(value);
    this.#value.up = undefined;
    this.#value = node;
    node.up = this.map;
    if (this.trivia !== undefined) this.trivia.isFresh = true;
    this.map.restructured = true;
    this.map.touch();
  }

  /** Replaces the key; for MapNode.rename. */
  replaceKey(key: ScalarNode): void {
    if (key !== this.#key) {
      this.#key.up = undefined;
      this.#key = key;
      key.up = this.map;
    }
    this.#keyText = textOfKey(key);
  }

  /** The comments around the entry, to read and to set. */
  get comments(): ItemComments {
    materialize(this.map);
    return new ItemComments(this.map, this.trivia);
  }
  /** Comment lines directly above the entry. */
  get headComment(): string | undefined {
    return this.comments.head;
  }
  set headComment(text: string | undefined) {
    this.comments.head = text;
  }
  /** The comment behind the value, on its last line. */
  get lineComment(): string | undefined {
    return this.comments.line;
  }
  set lineComment(text: string | undefined) {
    this.comments.line = text;
  }
  /** Comment lines directly below the entry that a blank line parts from the next one. */
  get footComment(): string | undefined {
    return this.comments.foot;
  }
  set footComment(text: string | undefined) {
    this.comments.foot = text;
  }
  /** The comment on the line of a key whose value is a block collection. */
  get keyComment(): string | undefined {
    return this.comments.key;
  }
  set keyComment(text: string | undefined) {
    this.comments.key = text;
  }
}

function textOfKey(key: YamlNode): string {
  if (key.kind === "scalar") return key.text;
  if (key.kind === "alias") return `*${key.name}`;
  return key.source === undefined ? "" : key.source.text.slice(key.start, key.end);
}
