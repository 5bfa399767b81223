import { isMap, type Json, type JsonMap, listAt, valueAt } from "../core/json.ts";

/** The fields of a map in a file, read with the type they must have. Errors name the field, never its value. */
export class Fields {
  readonly value: JsonMap;
  /** Where the map stands in its file, for messages. */
  readonly path: string;

  constructor(value: unknown, path: string, whole = path) {
    if (!isMap(value)) throw new Error(`${path === "" ? whole : `\`${path}\``} must be a map`);
    this.value = value;
    this.path = path;
  }

  has(name: string): boolean {
    return this.#at(name) !== undefined;
  }

  /** Empty where it is absent. */
  text(name: string): string {
    const found = this.#at(name);
    if (found === undefined) return "";
    if (typeof found !== "string") throw this.#wrong(name, "a string");
    return found;
  }

  flag(name: string): boolean {
    const found = this.#at(name);
    if (found !== undefined && typeof found !== "boolean") throw this.#wrong(name, "true or false");
    return found === true;
  }

  texts(name: string): string[] {
    const found = this.#at(name);
    if (found === undefined) return [];
    if (!Array.isArray(found)) throw this.#wrong(name, "a list of strings");
    return found.map(item => {
      if (typeof item !== "string") throw this.#wrong(name, "a list of strings");
      return item;
    });
  }

  /** Decoded base64. */
  bytes(name: string): Buffer | undefined {
    const text = this.text(name).replace(/\s+/g, "");
    if (text === "") return undefined;
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw this.#wrong(name, "base64");
    return Buffer.from(text, "base64");
  }

  /** A map below; an empty one where it is absent. */
  inner(name: string): Fields {
    return new Fields(this.#at(name) ?? {}, this.#pathOf(name));
  }

  /** The maps of a list below. */
  items(name: string): Fields[] {
    const found = this.#at(name);
    if (found !== undefined && !Array.isArray(found)) throw this.#wrong(name, "a list");
    return listAt(this.value, name).map((item, index) => new Fields(item, `${this.#pathOf(name)}[${index}]`));
  }

  #at(name: string): Json | undefined {
    return valueAt(this.value, name) ?? undefined;
  }

  #pathOf(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  #wrong(name: string, type: string): Error {
    return new Error(`\`${this.#pathOf(name)}\` must be ${type}`);
  }
}
