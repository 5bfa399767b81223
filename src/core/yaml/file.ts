import type { MapNode, SeqNode, YamlNode } from "./node.ts";

/** One text with its documents. */
export class YamlFile {
  readonly file: string | undefined;
  readonly documents: YamlDocument[] = [];
  readonly changed: boolean = false;

  append(_root: MapNode | SeqNode): YamlDocument {
    throw new Error("not built yet");
  }
  insert(_index: number, _root: YamlNode): YamlDocument {
    throw new Error("not built yet");
  }
  remove(_document: YamlDocument): void {
    throw new Error("not built yet");
  }
  toString(): string {
    throw new Error("not built yet");
  }
}

export class YamlDocument {
  readonly file: YamlFile;
  root: YamlNode | undefined;

  constructor(file: YamlFile) {
    this.file = file;
  }
}
