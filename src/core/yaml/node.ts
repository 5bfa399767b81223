/** A plain value that can become a node. */
export type PlainScalar = null | boolean | number | bigint | string;
export type PlainValue =
  | PlainScalar
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue }
  | ReadonlyMap<string, PlainValue>;
export type YamlNode = MapNode | SeqNode | ScalarNode | AliasNode;
export type ScalarStyle = "plain" | "single" | "double" | "literal" | "folded";
export type ScalarType = "null" | "bool" | "int" | "float" | "string";
export type Path = readonly (string | number)[];

function unbuilt(): never {
  throw new Error("not built yet");
}

abstract class BaseNode {
  parent: MapNode | SeqNode | undefined;
  start = -1;
  end = -1;
  tag: string | undefined;
  anchor: string | undefined;

  position(): { line: number; column: number } {
    return unbuilt();
  }

  toJS(): unknown {
    return unbuilt();
  }
}

export class MapEntry {
  readonly key: YamlNode = unbuilt();
  readonly keyText: string = "";
  readonly value: YamlNode = unbuilt();
  headComment: string | undefined;
  lineComment: string | undefined;
  footComment: string | undefined;
  keyComment: string | undefined;
}

export class MapNode extends BaseNode {
  readonly kind = "map";
  readonly entries: readonly MapEntry[] = [];
  readonly size: number = 0;
  flow = false;

  clone(): MapNode {
    return unbuilt();
  }
  get(_key: string): YamlNode | undefined {
    return unbuilt();
  }
  entry(_key: string): MapEntry | undefined {
    return unbuilt();
  }
  has(_key: string): boolean {
    return unbuilt();
  }
  keys(): string[] {
    return unbuilt();
  }
  text(_key: string): string | undefined {
    return unbuilt();
  }
  set(_key: string, _value: YamlNode | PlainValue, _options?: { before?: string; after?: string }): MapEntry {
    return unbuilt();
  }
  delete(_key: string): boolean {
    return unbuilt();
  }
  rename(_old: string, _new: string): void {
    unbuilt();
  }
  move(_key: string, _index: number): void {
    unbuilt();
  }
  getIn(_path: Path): YamlNode | undefined {
    return unbuilt();
  }
  setIn(_path: Path, _value: YamlNode | PlainValue): void {
    unbuilt();
  }
  deleteIn(_path: Path): boolean {
    return unbuilt();
  }
}

export interface ItemComments {
  head: string | undefined;
  line: string | undefined;
  foot: string | undefined;
}

export class SeqNode extends BaseNode {
  readonly kind = "seq";
  readonly items: readonly YamlNode[] = [];
  readonly size: number = 0;
  flow = false;

  clone(): SeqNode {
    return unbuilt();
  }
  get(_index: number): YamlNode | undefined {
    return unbuilt();
  }
  push(_value: YamlNode | PlainValue): void {
    unbuilt();
  }
  insert(_index: number, _value: YamlNode | PlainValue): void {
    unbuilt();
  }
  remove(_index: number): void {
    unbuilt();
  }
  replace(_index: number, _value: YamlNode | PlainValue): void {
    unbuilt();
  }
  move(_from: number, _to: number): void {
    unbuilt();
  }
  itemComments(_index: number): ItemComments {
    return unbuilt();
  }
}

export class ScalarNode extends BaseNode {
  readonly kind = "scalar";
  text = "";
  readonly style: ScalarStyle = "plain";
  readonly type: ScalarType = "string";

  clone(): ScalarNode {
    return unbuilt();
  }
  setValue(_value: PlainScalar, _options?: { style?: ScalarStyle }): void {
    unbuilt();
  }
}

export class AliasNode extends BaseNode {
  readonly kind = "alias";
  readonly name: string = "";

  clone(): AliasNode {
    return unbuilt();
  }
  target(): YamlNode | undefined {
    return unbuilt();
  }
}
