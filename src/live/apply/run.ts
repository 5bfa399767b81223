import { textAt } from "../../core/json.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { LiveEvent, WaitEvent, WaitStatus } from "../events.ts";
import type { InventoryEntry } from "../inventory/inventory.ts";
import { entriesToKeep } from "../inventory/keep.ts";
import type { InventoryStore } from "../inventory/store.ts";
import type { Filter, FilterContext, InventoryPolicy } from "../plan/filters/filter.ts";
import { waitsOf } from "../plan/graph.ts";
import type { Plan } from "../plan/plan.ts";
import { Schedule } from "../plan/schedule.ts";
import { anyPodUnschedulable } from "../status/tree.ts";
import { explain } from "./explain.ts";
import { hearAbout } from "./hear.ts";
import { inventoryTask } from "./inventory-task.ts";
import {
  generationOf,
  type Item,
  isDone,
  isNews,
  newItem,
  outcomeOf,
  pendingEntry,
  stopSignal,
} from "./item.ts";
import { lookout, onRecord } from "./on-record.ts";
import type { SendOptions } from "./result.ts";
import { actuationEvent, type Sender, type Sent, sendItem } from "./send.ts";
import { type Sequencer, streamSequencer, waveSequencer } from "./sequence.ts";
import type { ClusterView } from "./view.ts";

/** How objects are handled and told: `stream` as each may, `waves` one wave after another. */
export interface Pace {
  run: "stream" | "waves";
  report: "stream" | "waves";
}

export interface RunInput {
  client: KubeClient;
  view: ClusterView;
  plan: Plan;
  store: InventoryStore;
  mode: "apply" | "destroy";
  pace: Pace;
  send: SendOptions;
  policy: InventoryPolicy;
  filters: { apply: readonly Filter[]; delete: readonly Filter[] };
  usedNamespaces: ReadonlySet<string>;
  parallelism: number;
  /** 0 waits for ever. */
  reconcileTimeoutMs: number;
  deleteTimeoutMs: number;
  sourceOf(key: string): string;
  emit(event: LiveEvent): void;
  signal: AbortSignal;
}

export interface RunOutcome {
  isInterrupted: boolean;
  /** Objects that stay in the inventory. */
  kept: number;
}

/** An unschedulable pod is looked at again after this time: the scheduler's window. */
const recheckMs = 15_000;

/**
 * Carries out a plan. The inventory is written before and after, whatever happens between: also when the
 * run is interrupted or the cluster stops answering.
 */
export async function runPlan(input: RunInput): Promise<RunOutcome> {
  return await new Run(input).go();
}

class Run {
  readonly #in: RunInput;
  readonly #items = new Map<string, Item>();
  readonly #schedule: Schedule;
  readonly #sequencer: Sequencer;
  readonly #sender: Sender;
  readonly #store: InventoryStore;
  readonly #appliedUids = new Set<string>();
  readonly #queue: Item[] = [];
  readonly #hasWaits: boolean;
  #isWatching = false;
  #active = 0;
  #waiting = 0;
  #failure: { thrown: unknown } | undefined;
  #finish: () => void = () => undefined;

  constructor(input: RunInput) {
    this.#in = input;
    const { plan, mode, pace, emit, view, send } = input;
    this.#hasWaits = send.dryRun === "none";
    this.#schedule = new Schedule(plan, {
      barriers: pace.run === "waves",
      liveOf: key => view.get(key),
    });
    // In the order of the package, which the inventory keeps.
    for (const vertex of plan.graph.vertices.values()) {
      this.#items.set(vertex.key, newItem(vertex, input.sourceOf(vertex.key)));
    }
    const sequencer = pace.report === "waves" ? waveSequencer : streamSequencer;
    this.#sequencer = sequencer({
      plan,
      schedule: this.#schedule,
      deletion: mode === "apply" ? "Prune" : "Delete",
      hasWaits: this.#hasWaits,
      emit,
    });
    const context: FilterContext = {
      graph: plan.graph,
      policy: input.policy,
      inventoryId: send.inventoryId,
      isDryRun: send.dryRun !== "none",
      usedNamespaces: input.usedNamespaces,
      appliedUids: this.#appliedUids,
      progressOf: key => this.#items.get(key),
    };
    // What was begun is brought to its end also after Ctrl-C: half-known objects are worse than late ones.
    const client = input.client.withSignal(undefined);
    this.#store = input.store.using(client);
    this.#sender = {
      client,
      view,
      graph: plan.graph,
      options: send,
      filters: input.filters,
      context,
      loading: new Map(),
      onRecord: onRecord(client.clock, () =>
        this.#store.restore(this.#pending.filter(entry => entry.strategy === "Apply")),
      ),
    };
  }

  async go(): Promise<RunOutcome> {
    const { emit, mode, view, signal } = this.#in;
    const last = mode === "apply" ? "inventory-set-0" : "inventory-delete-or-update-0";
    emit({
      type: "init",
      groups: [
        ...(mode === "apply" ? [{ action: "Inventory" as const, name: "inventory-add-0", ids: [] }] : []),
        ...this.#sequencer.groups(),
        { action: "Inventory", name: last, ids: [] },
      ],
      waits: waitsOf(this.#in.plan.graph),
    });
    if (mode === "apply") {
      await inventoryTask("inventory-add-0", emit, async () => {
        if (this.#hasWaits) await this.#store.add(this.#pending);
      });
    }
    if (this.#hasWaits) for (const item of this.#items.values()) this.#tellStatus(item);
    await this.#perform();
    const isInterrupted = signal.aborted;
    this.#sequencer.flush();
    await view.close();
    const kept = entriesToKeep([...this.#items.values()].map(outcomeOf), this.#store.previous);
    await inventoryTask(last, emit, async () => {
      if (!this.#hasWaits) return;
      const { inventoryId } = this.#in.send;
      const { isBack, look } = lookout(this.#items, view, this.#sender.client, inventoryId);
      if (mode === "destroy" && kept.length === 0) await this.#store.delete(isBack, look);
      else await this.#store.set(kept, isBack, look);
    });
    if (this.#failure !== undefined) throw this.#failure.thrown;
    return { isInterrupted, kept: kept.length };
  }

  get #pending(): InventoryEntry[] {
    return [...this.#items.values()].map(pendingEntry);
  }

  #perform(): Promise<void> {
    const { signal } = this.#in;
    return new Promise<void>(resolve => {
      const onAbort = (): void => this.#pump();
      this.#finish = () => {
        signal.removeEventListener("abort", onAbort);
        for (const item of this.#items.values()) item.stop?.abort("settled");
        resolve();
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#pump();
    });
  }

  get #isStopped(): boolean {
    return this.#in.signal.aborted || this.#failure !== undefined;
  }

  /** Starts what may start; ends the run when nothing is left to do or to wait for. */
  #pump(): void {
    if (this.#isStopped) {
      this.#queue.length = 0;
      if (this.#active === 0) this.#finish();
      return;
    }
    for (const vertex of this.#schedule.take()) {
      const item = this.#items.get(vertex.key);
      this.#sequencer.started(vertex);
      if (item !== undefined) this.#queue.push(item);
    }
    while (this.#active < this.#in.parallelism) {
      const item = this.#queue.shift();
      if (item === undefined) break;
      this.#start(item);
    }
    if (this.#active > 0 || this.#queue.length > 0) return;
    if (this.#schedule.isDone) this.#finish();
    else if (this.#waiting === 0) this.#giveUpFailing();
  }

  /** Failed objects may recover while others are waited for; nobody is waited for any more. */
  #giveUpFailing(): void {
    const failing = [...this.#items.values()].filter(item => item.phase === "failing");
    if (failing.length === 0) throw new Error("the run waits for nothing");
    for (const item of failing) this.#settle(item);
    this.#pump();
  }

  #start(item: Item): void {
    this.#active++;
    item.phase = "sending";
    sendItem(this.#sender, item)
      .then(sent => this.#sent(item, sent))
      .catch(thrown => this.#fail(thrown))
      .finally(() => {
        this.#active--;
        this.#pump();
      });
  }

  #fail(thrown: unknown): void {
    this.#failure ??= { thrown };
    if (this.#active === 0) this.#pump();
  }

  #sent(item: Item, sent: Sent): void {
    const { vertex } = item;
    item.actuation = sent.status === "Successful" ? "Succeeded" : sent.status;
    if (sent.status === "Failed") {
      item.isFateUnknown = sent.isFateUnknown;
      item.error = sent.error;
    }
    if (sent.status === "Skipped") item.isAbandoned = sent.abandons !== undefined;
    this.#schedule.actuated(vertex.key);
    this.#settleOrWait(item, sent);
    // Told last: what is said about the wait of a wave comes after its last result.
    this.#sequencer.actuation(actuationEvent(vertex, sent, this.#in.mode));
  }

  #settleOrWait(item: Item, sent: Sent): void {
    const { vertex } = item;
    if (!this.#hasWaits) {
      item.reconcile = sent.status === "Successful" ? "Succeeded" : "Skipped";
      this.#settle(item);
      return;
    }
    if (sent.status !== "Successful") {
      this.#reconciled(item, "Skipped");
      this.#settle(item);
      return;
    }
    if (vertex.action === "apply" && sent.object !== undefined) {
      item.uid = textAt(sent.object, "metadata", "uid");
      item.generation = generationOf(sent.object);
      if (item.uid !== undefined) this.#appliedUids.add(item.uid);
      this.#in.view.absorb(sent.object);
    } else if (vertex.action === "delete") {
      item.uid = textAt(vertex.object, "metadata", "uid");
    }
    this.#await(item, sent.operation === "unchanged");
  }

  #await(item: Item, isUnchanged: boolean): void {
    item.phase = "waiting";
    this.#waiting++;
    // An object that was right before says nothing but that it is.
    if (isUnchanged && this.#isReady(item)) {
      this.#reconciled(item, "Successful");
      this.#settle(item);
      return;
    }
    this.#watch();
    this.#tellWait(item, "Pending");
    const { reconcileTimeoutMs, deleteTimeoutMs, client } = this.#in;
    const timeout = item.vertex.action === "apply" ? reconcileTimeoutMs : deleteTimeoutMs;
    if (timeout > 0) {
      client.clock.sleep(timeout, stopSignal(item)).then(() => {
        if (item.phase !== "done" && !this.#isStopped) void this.#timeOut(item);
      });
    }
    this.#changed(item.vertex.key);
    if (!isDone(item)) this.#in.view.watchOwned(item.vertex.id);
  }

  /** Nobody looks on where nothing changes. What happened since the lists were read is told then. */
  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#in.view.watch(
      key => this.#changed(key),
      thrown => this.#fail(thrown),
    );
  }

  async #timeOut(item: Item): Promise<void> {
    if (item.phase !== "waiting") return;
    const { view, client } = this.#in;
    const tree = view.tree(item.vertex.key, new Date(client.clock.now()));
    if (item.vertex.action === "apply") item.heard = await hearAbout(client, tree);
    // It may have become ready, or the run may have ended, while the server was asked.
    if (isDone(item) || this.#isStopped) return;
    this.#reconciled(item, "Timeout");
    this.#settle(item);
    this.#pump();
  }

  /** Something about an object, or about what its controller made, is different. */
  #changed(key: string): void {
    const item = this.#items.get(key);
    if (item === undefined) return;
    this.#tellStatus(item);
    if (item.phase !== "waiting" && item.phase !== "failing") return;
    const { view, client } = this.#in;
    const live = view.get(key);
    if (this.#isReady(item)) {
      this.#reconciled(item, "Successful");
      this.#settle(item);
      this.#pump();
      return;
    }
    if (item.vertex.action === "delete") return;
    const tree = view.tree(key, new Date(client.clock.now()));
    const isReplaced = live !== undefined && item.uid !== textAt(live, "metadata", "uid");
    if (isReplaced || tree.status === "Failed") {
      if (item.phase === "failing") return;
      this.#reconciled(item, "Failed");
      item.phase = "failing";
      this.#waiting--;
      this.#pump();
    } else if (item.phase === "failing") {
      item.phase = "waiting";
      this.#waiting++;
      item.reconcile = "Pending";
      this.#tellWait(item, "Pending");
    } else if (anyPodUnschedulable(tree)) {
      client.clock.sleep(recheckMs, stopSignal(item)).then(() => {
        if (item.phase !== "done" && !this.#isStopped) this.#changed(key);
      });
    }
  }

  #isReady(item: Item): boolean {
    const { view, client } = this.#in;
    const { key, action } = item.vertex;
    const live = view.get(key);
    if (action === "delete") {
      return live === undefined || textAt(live, "metadata", "uid") !== item.uid;
    }
    if (live === undefined || textAt(live, "metadata", "uid") !== item.uid) return false;
    if (generationOf(live) < item.generation) return false;
    return view.tree(key, new Date(client.clock.now())).status === "Current";
  }

  #reconciled(item: Item, status: Exclude<WaitStatus, "Pending">): void {
    item.reconcile = status === "Successful" ? "Succeeded" : status;
    this.#tellWait(item, status);
  }

  #tellWait(item: Item, status: WaitStatus): void {
    const event: WaitEvent = { type: "wait", id: item.vertex.id, status };
    if (status === "Timeout" || status === "Failed") {
      const { view, client } = this.#in;
      const tree = view.tree(item.vertex.key, new Date(client.clock.now()));
      const text = explain(item, tree);
      if (text !== undefined) event.explanation = text;
    }
    this.#sequencer.wait(event);
  }

  #settle(item: Item): void {
    if (item.phase === "waiting") this.#waiting--;
    item.phase = "done";
    item.stop?.abort("settled");
    this.#schedule.settled(item.vertex.key);
    this.#sequencer.settled(item.vertex);
  }

  #tellStatus(item: Item): void {
    const { view, client, emit } = this.#in;
    const { key, id } = item.vertex;
    if (!view.isKnown(key)) return;
    const tree = view.tree(key, new Date(client.clock.now()));
    if (isNews(item, tree)) emit({ type: "status", id, tree });
  }
}
