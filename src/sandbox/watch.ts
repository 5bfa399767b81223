import type { JsonMap } from "../core/json.ts";
import { ApiError, expired } from "./api-error.ts";
import type { Cluster } from "./cluster.ts";
import type { Change, Stored } from "./store.ts";

export interface WatchOptions {
  collection: string;
  namespace: string;
  /** Whether an object belongs to the watched set. */
  matches(object: JsonMap): boolean;
  /** The JSON of an object as this watch shows it. */
  show(entry: Stored): string;
  /** An object without content, for bookmarks. */
  bookmark(revision: number, initialEnd: boolean): string;
  /** Events after this revision; undefined begins with what is there. */
  since: number | undefined;
  /** Ends the initial events with a marked bookmark. */
  markInitialEnd: boolean;
  bookmarks: boolean;
  timeoutSeconds: number | undefined;
  signal: AbortSignal | undefined;
}

/** A running watch. Ends by time, by its reader, or when it is cut. */
export class Watch implements AsyncIterable<Uint8Array> {
  #queue: string[] = [];
  #wake: (() => void) | undefined;
  #ended = false;
  #failure: unknown;
  #release: (() => void)[] = [];
  readonly #options: WatchOptions;
  readonly #cluster: Cluster;

  constructor(cluster: Cluster, options: WatchOptions, onEnd: (watch: Watch) => void) {
    this.#cluster = cluster;
    this.#options = options;
    this.#begin();
    if (this.#ended) {
      onEnd(this);
      return;
    }
    this.#release.push(() => onEnd(this));
    this.#release.push(cluster.store.subscribe(change => this.#see(change)));
    if (options.timeoutSeconds !== undefined && options.timeoutSeconds > 0) {
      this.#release.push(cluster.clock.after(options.timeoutSeconds * 1000, () => this.end()));
    }
    if (options.bookmarks) this.#scheduleBookmark();
    const { signal } = options;
    if (signal !== undefined) {
      const abort = (): void => this.cut(signal.reason);
      signal.addEventListener("abort", abort, { once: true });
      this.#release.push(() => signal.removeEventListener("abort", abort));
      if (signal.aborted) abort();
    }
  }

  get collection(): string {
    return this.#options.collection;
  }

  /** Ends the stream as a server does when the time is up. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const release of this.#release) release();
    this.#wake?.();
  }

  /** Breaks the stream off: the reader gets an error. */
  cut(reason: unknown): void {
    if (this.#ended) return;
    this.#failure = reason;
    this.#queue.length = 0;
    this.end();
  }

  /** Tells the reader that it has fallen too far behind, and ends. */
  expire(): void {
    const error = expired("The resourceVersion for the provided watch is too old.");
    this.#push("ERROR", JSON.stringify(error.status));
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const encoder = new TextEncoder();
    try {
      for (;;) {
        if (this.#queue.length > 0) {
          const lines = this.#queue.join("");
          this.#queue = [];
          yield encoder.encode(lines);
          continue;
        }
        if (this.#ended) {
          if (this.#failure !== undefined) throw this.#failure;
          return;
        }
        await new Promise<void>(resolve => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
    } finally {
      this.end();
    }
  }

  #begin(): void {
    const { store } = this.#cluster;
    const { collection, namespace, since } = this.#options;
    if (since === undefined) {
      for (const entry of store.list(collection, namespace)) {
        if (this.#options.matches(entry.object)) this.#push("ADDED", this.#options.show(entry));
      }
      if (this.#options.markInitialEnd) {
        this.#push("BOOKMARK", this.#options.bookmark(store.revision, true));
      }
      return;
    }
    const changes = store.changesSince(collection, since);
    if (changes === undefined) {
      const oldest = `too old resource version: ${since}`;
      this.#push("ERROR", JSON.stringify(new ApiError(410, "Expired", oldest).status));
      this.#ended = true;
      return;
    }
    for (const change of changes) this.#see(change);
  }

  /** A change as this watch sees it: coming into the selected set is an addition, leaving it a deletion. */
  #see(change: Change): void {
    const { collection, namespace, matches } = this.#options;
    if (change.entry.collection !== collection) return;
    if (namespace !== "" && change.entry.namespace !== namespace) return;
    const now = change.type !== "DELETED" && matches(change.entry.object);
    const before = change.previous !== undefined && matches(change.previous.object);
    if (!now && !before) return;
    const type = now ? (before ? "MODIFIED" : "ADDED") : "DELETED";
    this.#push(type, this.#options.show(change.entry));
  }

  #push(type: string, object: string): void {
    if (this.#ended) return;
    this.#queue.push(`{"type":"${type}","object":${object}}\n`);
    this.#wake?.();
  }

  #scheduleBookmark(): void {
    let cancel = (): void => {};
    const again = (): void => {
      cancel = this.#cluster.clock.after(
        this.#cluster.bookmarkInterval,
        () => {
          this.#push("BOOKMARK", this.#options.bookmark(this.#cluster.store.revision, false));
          if (!this.#ended) again();
        },
        true,
      );
    };
    again();
    this.#release.push(() => cancel());
  }
}
