import { TextDecoder } from "node:util";
import { KptError } from "../core/error.ts";
import { type GitCall, GitFailure, tryGit } from "./git.ts";

export type TreeEntryKind = "file" | "program" | "folder" | "link" | "submodule";

export interface TreeEntry {
  /** Relative to the listed directory, as the repository spells it: nobody has judged it yet. */
  path: string;
  kind: TreeEntryKind;
  id: string;
}

const kinds: Readonly<Record<string, TreeEntryKind>> = {
  "100644": "file",
  "100664": "file",
  "100755": "program",
  "040000": "folder",
  "120000": "link",
  "160000": "submodule",
};

/** A few hundred bytes of trees can describe billions of files. */
const maxEntries = 250_000;
/** All entries below a tree, folders before what is in them. */
export async function listTree(call: GitCall, treeish: string): Promise<TreeEntry[]> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const entries: TreeEntry[] = [];
  const limit = new AbortController();
  let tooMany = false;
  let rest: Buffer = Buffer.alloc(0);
  const onStdout = (chunk: Buffer): void => {
    if (tooMany) return;
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(0, start); end >= 0; end = bytes.indexOf(0, start)) {
      entries.push(parseEntry(bytes.subarray(start, end), decoder));
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (entries.length > maxEntries) {
      tooMany = true;
      limit.abort();
    }
  };
  const signal = call.signal ? AbortSignal.any([call.signal, limit.signal]) : limit.signal;
  const args = ["ls-tree", "-r", "-t", "-z", "--full-tree", treeish, "--"];
  try {
    const result = await tryGit({ ...call, args, signal, onStdout });
    if (result.exitCode === 0) return entries;
    throw new GitFailure(args, result);
  } catch (error) {
    if (tooMany && !call.signal?.aborted) {
      throw new KptError("UPSTREAM_INVALID", `the directory has more than ${maxEntries} files`, {
        label: "Error",
      });
    }
    throw error;
  }
}

function parseEntry(bytes: Buffer, decoder: TextDecoder): TreeEntry {
  const tab = bytes.indexOf(9);
  const [mode = "", , id = ""] = bytes.toString("latin1", 0, tab).split(" ");
  const name = bytes.subarray(tab + 1);
  let path: string;
  try {
    path = decoder.decode(name);
  } catch {
    const shown = JSON.stringify(name.toString("latin1"));
    throw new KptError("UPSTREAM_INVALID", `the file name ${shown} is not valid UTF-8`, { label: "Error" });
  }
  // Old or foreign tools write other file modes; git itself reads them as one of these.
  const kind = kinds[mode] ?? (mode.startsWith("100") ? "file" : "submodule");
  return { path, kind, id };
}

/** Hands out the content of blobs, each id once. What is read is raw: no filter, no attribute applies. */
export async function readBlobs(
  call: GitCall,
  ids: readonly string[],
  take: (id: string, content: Buffer) => void,
): Promise<void> {
  const unique = [...new Set(ids)];
  if (unique.length === 0) return;
  const args = ["cat-file", "--batch", "--buffer"];
  const parser = new BatchParser(take);
  const stdin = unique.join("\n") + "\n";
  const result = await tryGit({ ...call, args, stdin, onStdout: chunk => parser.push(chunk) });
  if (parser.missing !== undefined) {
    const stderr = Buffer.from(`missing blob ${parser.missing}`);
    throw new GitFailure(args, { exitCode: result.exitCode, stderr });
  }
  if (result.exitCode !== 0 || parser.count !== unique.length) throw new GitFailure(args, result);
}

/** Cuts the stream of `cat-file --batch` into objects. */
class BatchParser {
  readonly #take: (id: string, content: Buffer) => void;
  #chunks: Buffer[] = [];
  #length = 0;
  #header: { id: string; size: number } | undefined;
  count = 0;
  missing: string | undefined;

  constructor(take: (id: string, content: Buffer) => void) {
    this.#take = take;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    while (this.missing === undefined && this.#step());
  }

  #step(): boolean {
    if (this.#header === undefined) {
      const bytes = this.#joined();
      const end = bytes.indexOf(10);
      if (end < 0) return false;
      const [id = "", kind = "", size = "0"] = bytes.toString("latin1", 0, end).split(" ");
      if (kind !== "blob") {
        this.missing = id;
        return false;
      }
      this.#header = { id, size: Number(size) };
      this.#drop(end + 1);
    }
    const { id, size } = this.#header;
    // A line feed follows each object.
    if (this.#length < size + 1) return false;
    // A copy, so that a small file doesn't keep a large chunk alive.
    this.#take(id, Buffer.from(this.#joined().subarray(0, size)));
    this.#drop(size + 1);
    this.#header = undefined;
    this.count++;
    return true;
  }

  #joined(): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && this.#chunks.length === 1) return first;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }

  #drop(count: number): void {
    const rest = this.#joined().subarray(count);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
  }
}
