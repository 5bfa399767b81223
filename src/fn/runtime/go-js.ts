import type { GoFunction, GoObject, GoWorld } from "./go-world.ts";

/** What a Go program built for `GOOS=js` asks of its host. */
export interface GoBridge {
  functions: Record<string, (sp: number) => void>;
  /** Starts the program; it has set its globals when this returns. */
  start(instance: WebAssembly.Instance): void;
  /** Calls a function that the program has put among its globals. */
  call(name: string, argument: string): unknown;
  has(name: string): boolean;
  readonly exitCode: number | undefined;
}

/**
 * Go's `syscall/js` over a world of our own: values that Go makes, and a few constructors. Real JavaScript objects have a
 * way to the outside through their constructors, so nothing is looked up but own properties and the names listed here.
 *
 * Runs in a worker that is made from this function's source text: it must not refer to anything outside of itself.
 */
export function goBridge(
  write: (fd: 1 | 2, bytes: Uint8Array) => void,
  world: (write: (fd: 1 | 2, bytes: Uint8Array) => void) => GoWorld,
): GoBridge {
  const { Made, Fn, global, fail, fillRandom } = world(write);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  let instance: WebAssembly.Instance | undefined;
  let exitCode: number | undefined;
  let clock = 0;
  let pendingEvent: GoObject | null = null;
  const go = new Made("Object", [
    ["_pendingEvent", null],
    [
      "_makeFuncWrapper",
      new Fn("_makeFuncWrapper", (_receiver, [id]) => {
        return new Fn("wrapped", (receiver, args) => {
          const event = new Made("Object", [
            ["id", id],
            ["this", receiver],
            ["args", args],
          ]);
          go.fields.set("_pendingEvent", event);
          pendingEvent = event;
          resume();
          return event.fields.get("result");
        });
      }),
    ],
  ]);

  // The table of values that Go holds by number; the first seven are fixed by Go's runtime.
  const values: unknown[] = [Number.NaN, 0, null, true, false, global, go];
  const counts: number[] = new Array(7).fill(Number.POSITIVE_INFINITY);
  const numbers = new Map<unknown, number>([
    [0, 1],
    [null, 2],
    [true, 3],
    [false, 4],
    [global, 5],
    [go, 6],
  ]);
  const free: number[] = [];
  const exported = <T>(name: string): T => {
    const found = instance?.exports[name];
    if (found === undefined) throw new Error(`the module has no \`${name}\``);
    return found as T;
  };
  const exports = () => ({
    mem: exported<WebAssembly.Memory>("mem"),
    run: exported<(argc: number, argv: number) => void>("run"),
    resume: exported<() => void>("resume"),
    getsp: exported<() => number>("getsp"),
  });
  const view = () => new DataView(exports().mem.buffer);
  const nanHead = 0x7ff80000;

  function resume(): void {
    if (exitCode !== undefined) throw new Error("the program has already exited");
    exports().resume();
  }

  function load(at: number): unknown {
    const data = view();
    const number = data.getFloat64(at, true);
    if (number === 0) return undefined;
    return Number.isNaN(number) ? values[data.getUint32(at, true)] : number;
  }

  function store(at: number, value: unknown): void {
    const data = view();
    if (typeof value === "number" && value !== 0) {
      if (Number.isNaN(value)) {
        data.setUint32(at + 4, nanHead, true);
        data.setUint32(at, 0, true);
      } else data.setFloat64(at, value, true);
      return;
    }
    if (value === undefined) {
      data.setFloat64(at, 0, true);
      return;
    }
    let id = numbers.get(value);
    if (id === undefined) {
      id = free.pop() ?? values.length;
      values[id] = value;
      counts[id] = 0;
      numbers.set(value, id);
    }
    counts[id] = (counts[id] ?? 0) + 1;
    const flag =
      typeof value === "string"
        ? 2
        : value instanceof Fn
          ? 4
          : value !== null && typeof value === "object"
            ? 1
            : 0;
    data.setUint32(at + 4, nanHead | flag, true);
    data.setUint32(at, id, true);
  }

  const int = (at: number) => view().getUint32(at, true) + view().getInt32(at + 4, true) * 2 ** 32;
  const setInt = (at: number, value: number) => {
    view().setUint32(at, value, true);
    view().setUint32(at + 4, Math.floor(value / 2 ** 32), true);
  };
  const slice = (at: number) => new Uint8Array(exports().mem.buffer, int(at), int(at + 8));
  const text = (at: number) => decoder.decode(slice(at));
  const list = (at: number) => Array.from({ length: int(at + 8) }, (_, i) => load(int(at) + 8 * i));

  function get(target: unknown, key: string): unknown {
    if (target instanceof Made) return target.fields.get(key);
    if (
      (Array.isArray(target) || target instanceof Uint8Array || typeof target === "string") &&
      key === "length"
    )
      return target.length;
    if (target instanceof Uint8Array && key === "byteLength") return target.byteLength;
    if (target instanceof Fn && key === "name") return target.name;
    return undefined;
  }

  function apply(at: number, work: () => unknown): void {
    let value: unknown;
    let worked = 1;
    try {
      value = work();
    } catch (error) {
      if (error instanceof Made) value = error;
      else if (error instanceof TypeError || error instanceof RangeError) value = fail(error.message);
      else throw error;
      worked = 0;
    }
    const sp = exports().getsp() >>> 0;
    store(sp + at, value);
    view().setUint8(sp + at + 8, worked);
  }

  function callable(value: unknown): GoFunction {
    if (value instanceof Fn) return value;
    throw fail("not a function");
  }

  const prefixed: Record<string, (sp: number) => void> = {
    "runtime.wasmExit": sp => {
      exitCode = view().getInt32(sp + 8, true);
    },
    "runtime.wasmWrite": sp => {
      const fd = int(sp + 8);
      const bytes = new Uint8Array(exports().mem.buffer, int(sp + 16), view().getInt32(sp + 24, true));
      write(fd === 1 ? 1 : 2, bytes.slice());
    },
    "runtime.resetMemoryDataView": () => {},
    "runtime.nanotime1": sp => {
      clock += 1000;
      setInt(sp + 8, clock);
    },
    "runtime.walltime": sp => {
      setInt(sp + 8, 1_700_000_000);
      view().setInt32(sp + 16, 0, true);
    },
    "runtime.scheduleTimeoutEvent": sp => view().setInt32(sp + 16, 1, true),
    "runtime.clearTimeoutEvent": () => {},
    "runtime.getRandomData": sp => {
      fillRandom(slice(sp + 8));
    },
    "syscall/js.finalizeRef": sp => {
      const id = view().getUint32(sp + 8, true);
      const count = (counts[id] ?? 0) - 1;
      counts[id] = count;
      if (count === 0) {
        numbers.delete(values[id]);
        values[id] = undefined;
        free.push(id);
      }
    },
    "syscall/js.stringVal": sp => store(sp + 24, text(sp + 8)),
    "syscall/js.valueGet": sp => {
      const value = get(load(sp + 8), text(sp + 16));
      store((exports().getsp() >>> 0) + 32, value);
    },
    "syscall/js.valueSet": sp => {
      const target = load(sp + 8);
      if (target instanceof Made) target.fields.set(text(sp + 16), load(sp + 32));
    },
    "syscall/js.valueDelete": sp => {
      const target = load(sp + 8);
      if (target instanceof Made) target.fields.delete(text(sp + 16));
    },
    "syscall/js.valueIndex": sp => {
      const target = load(sp + 8);
      const index = int(sp + 16);
      store(sp + 24, Array.isArray(target) || target instanceof Uint8Array ? target[index] : undefined);
    },
    "syscall/js.valueSetIndex": sp => {
      const target = load(sp + 8);
      const index = int(sp + 16);
      const value = load(sp + 24);
      if (Array.isArray(target) && index >= 0 && index < 1e7) target[index] = value;
      else if (target instanceof Uint8Array) target[index] = Number(value);
    },
    "syscall/js.valueCall": sp => {
      const target = load(sp + 8);
      const name = text(sp + 16);
      const args = list(sp + 32);
      apply(56, () => callable(get(target, name)).call(target, args));
    },
    "syscall/js.valueInvoke": sp => {
      const target = load(sp + 8);
      const args = list(sp + 16);
      apply(40, () => callable(target).call(undefined, args));
    },
    "syscall/js.valueNew": sp => {
      const target = load(sp + 8);
      const args = list(sp + 16);
      apply(40, () => {
        const made = callable(target).make;
        if (made === undefined) throw fail("not a constructor");
        return made(args);
      });
    },
    "syscall/js.valueLength": sp => setInt(sp + 16, Number(get(load(sp + 8), "length") ?? 0)),
    "syscall/js.valuePrepareString": sp => {
      const value = load(sp + 8);
      const bytes = encoder.encode(
        value instanceof Made ? String(value.fields.get("message") ?? value.type) : String(value),
      );
      store(sp + 16, bytes);
      setInt(sp + 24, bytes.length);
    },
    "syscall/js.valueLoadString": sp => {
      const bytes = load(sp + 8);
      if (bytes instanceof Uint8Array) slice(sp + 16).set(bytes);
    },
    "syscall/js.valueInstanceOf": sp => {
      const target = load(sp + 8);
      const type = load(sp + 16);
      const name = type instanceof Fn ? type.name : "";
      const holds =
        (name === "Uint8Array" && target instanceof Uint8Array) ||
        (name === "Array" && Array.isArray(target)) ||
        (target instanceof Made && target.type === name);
      view().setUint8(sp + 24, holds ? 1 : 0);
    },
    "syscall/js.copyBytesToGo": sp => {
      const target = slice(sp + 8);
      const source = load(sp + 32);
      const part = source instanceof Uint8Array ? source.subarray(0, target.length) : undefined;
      if (part !== undefined) target.set(part);
      setInt(sp + 40, part?.length ?? 0);
      view().setUint8(sp + 48, part === undefined ? 0 : 1);
    },
    "syscall/js.copyBytesToJS": sp => {
      const target = load(sp + 8);
      const source = slice(sp + 16);
      const part = target instanceof Uint8Array ? source.subarray(0, target.length) : undefined;
      if (part !== undefined && target instanceof Uint8Array) target.set(part);
      setInt(sp + 40, part?.length ?? 0);
      view().setUint8(sp + 48, part === undefined ? 0 : 1);
    },
    debug: () => {},
  };
  const functions: GoBridge["functions"] = {};
  for (const [name, each] of Object.entries(prefixed)) functions[name] = sp => each(sp >>> 0);

  return {
    functions,
    start(given) {
      instance = given;
      // argv: one name and the end of the list, then an empty environment.
      const at = 4096;
      const name = encoder.encode("fn\0");
      new Uint8Array(exports().mem.buffer, at, 8).fill(0);
      new Uint8Array(exports().mem.buffer, at, name.length).set(name);
      const data = view();
      data.setBigUint64(at + 8, BigInt(at), true);
      data.setBigUint64(at + 16, 0n, true);
      data.setBigUint64(at + 24, 0n, true);
      exports().run(1, at + 8);
    },
    call(name, argument) {
      const found = callable(global.fields.get(name));
      const result = found.call(undefined, [argument]);
      pendingEvent?.fields.clear();
      return result;
    },
    has: name => global.fields.get(name) instanceof Fn,
    get exitCode() {
      return exitCode;
    },
  };
}
