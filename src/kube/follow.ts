import type { JsonMap } from "../core/json.ts";
import { isMap, mapAt, textAt, valueAt } from "../core/json.ts";
import { MalformedAnswer } from "./answer.ts";
import type { KubeClient, Page, Query } from "./client.ts";
import { ConnectionLost, NotConnected } from "./connection-error.ts";
import type { ResourceType } from "./resource-type.ts";
import { StatusError } from "./status-error.ts";

export interface Follower {
  /** Everything there is, after the first list and after each one that had to be made anew. */
  replaced(objects: JsonMap[]): void;
  changed(object: JsonMap): void;
  deleted(object: JsonMap): void;
}

export interface Followed {
  type: ResourceType;
  /** Empty for all namespaces. */
  namespace: string;
  query: Query;
}

/** Where watching isn't allowed, lists are read again at this pace. */
const pollMs = 2_000;
/** The server ends a watch after this time; an idle connection that died unnoticed can't stall longer. */
const watchSeconds = 290;

/**
 * Keeps a follower up to date until the signal fires. The first page comes from the caller, who lists
 * before anything else happens. Watches that end or break are taken up where they were, an expired
 * version or a changed history leads to a new list.
 */
export async function follow(
  client: KubeClient,
  followed: Followed,
  first: Page,
  follower: Follower,
  signal: AbortSignal,
): Promise<void> {
  const { type, namespace, query } = followed;
  let version = first.resourceVersion;
  let failures = 0;
  let isWatchable = true;
  const relist = async (): Promise<void> => {
    const page = await client.list(type, namespace, query);
    version = page.resourceVersion;
    follower.replaced(page.items);
  };
  while (!signal.aborted) {
    try {
      if (!isWatchable) {
        await client.clock.sleep(pollMs, signal);
        if (!signal.aborted) await relist();
        continue;
      }
      const watchQuery = { ...query, resourceVersion: version, timeoutSeconds: watchSeconds };
      for await (const event of client.watch(type, namespace, watchQuery, signal)) {
        failures = 0;
        version = take(event, type, follower) ?? version;
      }
      // A server that closes at once again and again must not be asked in a tight loop.
      await client.clock.sleep(Math.min(2_000, 20 * 2 ** failures++), signal);
    } catch (thrown) {
      if (signal.aborted) return;
      if (!isPassing(thrown)) throw thrown;
      failures++;
      if (thrown instanceof StatusError) {
        if (thrown.status === 403 || thrown.status === 405) isWatchable = false;
        if (thrown.status === 410 || thrown.reason === "Expired" || thrown.status === 400) {
          await relist().catch(again => {
            if (!isPassing(again)) throw again;
          });
          if (failures < 3) continue;
        }
      }
      await client.clock.sleep(Math.min(5_000, 50 * 2 ** failures), signal);
    }
  }
}

function isPassing(thrown: unknown): boolean {
  return (
    thrown instanceof StatusError ||
    thrown instanceof ConnectionLost ||
    thrown instanceof NotConnected ||
    thrown instanceof MalformedAnswer
  );
}

/** Hands an event on; the version to go on from, if it tells one. */
function take(event: JsonMap, type: ResourceType, follower: Follower): string | undefined {
  const object = mapAt(event, "object");
  if (object === undefined) return undefined;
  const kind = textAt(event, "type");
  if (kind === "ERROR") {
    const code = valueAt(object, "code");
    throw new StatusError(typeof code === "number" ? code : 500, object);
  }
  const version = textAt(object, "metadata", "resourceVersion");
  if (kind === "BOOKMARK" || !isMap(object["metadata"])) return version;
  object["apiVersion"] ??= type.group === "" ? type.version : `${type.group}/${type.version}`;
  object["kind"] ??= type.kind;
  if (kind === "DELETED") follower.deleted(object);
  else follower.changed(object);
  return version;
}
