import { KptError } from "../../../core/error.ts";
import { formatDisplay } from "../../../core/resource-id.ts";
import { cleanText } from "../../../kube/clean-text.ts";
import { requireDefinition } from "../../../live/apply/destroy-package.ts";
import { readResourceGroup, resourceGroupVersion } from "../../../live/inventory/inventory.ts";
import { InventoryStore } from "../../../live/inventory/store.ts";
import { countLost, lostInventory } from "../../../live/lost-inventory.ts";
import { jsonLine } from "../../../live/report/json.ts";
import { type Row, statusColumns, Table } from "../../../live/report/table.ts";
import type { Session } from "../../../live/session.ts";
import {
  type PollUntil,
  type StatusUpdate,
  type WatchedInventory,
  watchStatus,
} from "../../../live/status-package.ts";
import type { Input, Run } from "../../command.ts";
import type { Context } from "../../context.ts";
import { exitCodes } from "../../exit-codes.ts";
import { tableOutput } from "../../terminal/table-output.ts";
import { inSession } from "./connect.ts";
import { readLivePackage } from "./read-package.ts";
import { checkOutput, exitCodeOf, isReleaseDialect } from "./report.ts";
import type { statusFlags } from "./status.ts";

type StatusInput = Input<typeof statusFlags>;

export const run: Run<typeof statusFlags> = async (context, input) => {
  const { flags } = input;
  const until = untilOf(flags["poll-until"]);
  checkOutput(flags.output);
  checkInventoryFlags(flags);
  const isRemote = flags["inv-type"] === "remote";
  const loaded = isRemote ? undefined : await readLivePackage(context, input.args);
  return await inSession(context, flags, async session => {
    await requireDefinition(session);
    const inventories: WatchedInventory[] = [];
    if (loaded === undefined) inventories.push(...(await remoteInventories(session, flags["inv-names"])));
    else {
      const { inventory } = loaded;
      const store = new InventoryStore(session.client, inventory, "none");
      await store.read();
      const lost = store.exists ? 0 : await countLost(session, loaded);
      if (lost > 0) throw lostInventory(inventory.name, lost);
      inventories.push({ name: inventory.name, ids: store.previous });
    }
    return await statusOver(session, context, flags, until, inventories);
  });
};

function untilOf(value: string): PollUntil {
  if (value === "known" || value === "current" || value === "deleted" || value === "forever") return value;
  throw new KptError("USAGE", "pollUntil must be one of known,current,deleted,forever");
}

function checkInventoryFlags(flags: StatusInput["flags"]): void {
  const type = flags["inv-type"];
  if (type !== "local" && type !== "remote") {
    throw new KptError("USAGE", "inv-type flag should be either local or remote");
  }
  if (type === "local" && flags["inv-names"].length > 0) {
    throw new KptError("USAGE", "inv-names flag should only be used when inv-type is set to remote");
  }
}

async function remoteInventories({ client }: Session, names: readonly string[]): Promise<WatchedInventory[]> {
  const type = await client.discovery.find(resourceGroupVersion, "ResourceGroup");
  if (type === undefined) return [];
  const { items } = await client.list(type, "");
  return items
    .map(readResourceGroup)
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .map(({ name, ids }) => ({ name, ids }));
}

async function statusOver(
  session: Session,
  context: Context,
  flags: StatusInput["flags"],
  until: PollUntil,
  found: readonly WatchedInventory[],
): Promise<number> {
  const { namespaces } = flags;
  const inventories = found.map(({ name, ids }) => ({
    name,
    ids: ids.filter(id => namespaces.length === 0 || namespaces.includes(id.namespace)),
  }));
  if (inventories.every(({ ids }) => ids.length === 0)) {
    context.stdout.write("no resources found in the inventory\n");
    return exitCodes.ok;
  }
  const statuses = new Set(flags.statuses.map(name => name.toLowerCase()));
  const printer = printerOf(context, flags.output);
  const order = isReleaseDialect(context) ? "inventory" : "apply";
  const options = { until, timeoutMs: flags.timeout, order } as const;
  const isReached = await watchStatus(session, inventories, options, update => {
    if (statuses.size === 0 || statuses.has(update.tree.status.toLowerCase())) printer.print(update);
  });
  printer.end();
  if (context.signal.aborted) return exitCodeOf(context.signal);
  return isReached ? exitCodes.ok : exitCodes.resourcesFailed;
}

interface StatusPrinter {
  print(update: StatusUpdate): void;
  end(): void;
}

const redrawMs = 1_000;

function printerOf(context: Context, output: string): StatusPrinter {
  if (output === "table") return tablePrinter(context);
  const line = output === "json" ? jsonText : isReleaseDialect(context) ? releaseText : seedText;
  return {
    print: update => context.stdout.write(line(update, context.now())),
    end: () => undefined,
  };
}

function tablePrinter(context: Context): StatusPrinter {
  const rows = new Map<string, Row>();
  const table = new Table(tableOutput(context), statusColumns, () => context.now());
  let drawn = 0;
  const draw = (): void => {
    drawn = context.now().getTime();
    table.draw(rows.values());
  };
  return {
    print({ inventory, id, tree }) {
      const key = `${inventory}/${id.group}/${id.kind}/${id.namespace}/${id.name}`;
      rows.set(key, { id, tree, inventory, action: "", reconciled: "", error: "" });
      if (drawn > 0 && context.now().getTime() - drawn >= redrawMs) draw();
      else if (drawn === 0 && context.stdout.isTTY) draw();
    },
    end: draw,
  };
}

function messageOf({ tree }: StatusUpdate): string {
  return cleanText(tree.error ?? tree.message);
}

function seedText(update: StatusUpdate): string {
  return `${formatDisplay(update.id)} is ${update.tree.status}: ${messageOf(update)}\n`;
}

function releaseText(update: StatusUpdate): string {
  const { id, inventory, tree } = update;
  const kind = (id.group === "" ? id.kind : `${id.kind}.${id.group}`).toLowerCase();
  return `${inventory}/${kind}/${id.namespace}/${id.name} is ${tree.status}: ${messageOf(update)}\n`;
}

function jsonText({ inventory, id, tree }: StatusUpdate, now: Date): string {
  const { group, kind, namespace, name } = id;
  const message = tree.error ?? tree.message;
  return jsonLine(
    {
      type: "status",
      "inventory-name": inventory,
      group,
      kind,
      namespace,
      name,
      status: tree.status,
      message,
    },
    now,
  );
}
