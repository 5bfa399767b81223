type Callable = (receiver: unknown, args: unknown[]) => unknown;

/** An object of Go's world: fields by name, and nothing that JavaScript would find behind it. */
export interface GoObject {
  readonly type: string;
  readonly fields: Map<string, unknown>;
}

export interface GoFunction {
  readonly name: string;
  readonly call: Callable;
  readonly make: ((args: unknown[]) => unknown) | undefined;
}

/** What a Go program finds where others find JavaScript. */
export interface GoWorld {
  Made: new (type: string, fields?: Iterable<[string, unknown]>) => GoObject;
  Fn: new (name: string, call: Callable, make?: (args: unknown[]) => unknown) => GoFunction;
  global: GoObject;
  fail(message: string): GoObject;
  /** Fills bytes with numbers that are the same each time. */
  fillRandom(target: unknown): unknown;
}

/**
 * The global object of a Go program: a few constructors, two streams to write to, and calls that are refused.
 *
 * Runs in a worker that is made from this function's source text: it must not refer to anything outside of itself.
 */
export function goWorld(write: (fd: 1 | 2, bytes: Uint8Array) => void): GoWorld {
  class Made {
    readonly type: string;
    readonly fields: Map<string, unknown>;
    constructor(type: string, fields: Iterable<[string, unknown]> = []) {
      this.type = type;
      this.fields = new Map(fields);
    }
  }
  class Fn {
    readonly name: string;
    readonly call: Callable;
    readonly make: ((args: unknown[]) => unknown) | undefined;
    constructor(name: string, call: Callable, make?: (args: unknown[]) => unknown) {
      this.name = name;
      this.call = call;
      this.make = make;
    }
  }

  let seed = 0x2545f491;

  const fail = (message: string) =>
    new Made("Error", [
      ["message", message],
      ["code", "ENOSYS"],
    ]);
  const refused = new Fn("refused", () => {
    throw fail("not permitted");
  });
  const withCallback = (name: string) =>
    new Fn(name, (_receiver, args) => {
      const callback = args.at(-1);
      if (callback instanceof Fn) callback.call(undefined, [fail("not implemented")]);
      return undefined;
    });
  const writeTo = (fd: unknown, data: unknown): number => {
    if (!(data instanceof Uint8Array)) throw fail("not bytes");
    write(fd === 1 ? 1 : 2, data.slice());
    return data.length;
  };
  const fs = new Made("Object", [
    [
      "constants",
      new Made(
        "Object",
        ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND", "O_EXCL", "O_DIRECTORY"].map(name => [
          name,
          -1,
        ]),
      ),
    ],
    ["writeSync", new Fn("writeSync", (_receiver, [fd, data]) => writeTo(fd, data))],
    [
      "write",
      new Fn("write", (_receiver, [fd, data, , , , callback]) => {
        const count = writeTo(fd, data);
        if (callback instanceof Fn) callback.call(undefined, [null, count]);
        return undefined;
      }),
    ],
    ...[
      "open",
      "read",
      "close",
      "fstat",
      "lstat",
      "stat",
      "readdir",
      "readlink",
      "mkdir",
      "rmdir",
      "unlink",
      "rename",
      "fsync",
      "chmod",
      "link",
      "symlink",
      "truncate",
      "utimes",
    ].map((name): [string, unknown] => [name, withCallback(name)]),
  ]);
  const process = new Made("Object", [
    ["pid", -1],
    ["ppid", -1],
    ...["getuid", "getgid", "geteuid", "getegid", "umask"].map((name): [string, unknown] => [
      name,
      new Fn(name, () => -1),
    ]),
    ...["getgroups", "cwd", "chdir"].map((name): [string, unknown] => [name, refused]),
  ]);
  const crypto = new Made("Object", [
    ["getRandomValues", new Fn("getRandomValues", (_receiver, [target]) => fillRandom(target))],
  ]);
  const global = new Made("Object", [
    [
      "Object",
      new Fn(
        "Object",
        () => new Made("Object"),
        () => new Made("Object"),
      ),
    ],
    ["Array", new Fn("Array", (_receiver, args) => listOf(args), listOf)],
    [
      "Uint8Array",
      new Fn(
        "Uint8Array",
        () => undefined,
        ([length]) => new Uint8Array(Number(length) || 0),
      ),
    ],
    [
      "Error",
      new Fn(
        "Error",
        (_receiver, [message]) => fail(String(message)),
        ([message]) => new Made("Error", [["message", message]]),
      ),
    ],
    [
      "Date",
      new Fn(
        "Date",
        () => "",
        () => new Made("Date", [["getTimezoneOffset", new Fn("getTimezoneOffset", () => 0)]]),
      ),
    ],
    ["fs", fs],
    ["process", process],
    ["crypto", crypto],
  ]);

  function fillRandom(target: unknown): unknown {
    if (!(target instanceof Uint8Array)) throw fail("not bytes");
    for (let i = 0; i < target.length; i++) {
      seed ^= seed << 13;
      seed ^= seed >>> 17;
      seed ^= seed << 5;
      target[i] = seed & 0xff;
    }
    return target;
  }

  function listOf(args: unknown[]): unknown[] {
    return args.length === 1 && typeof args[0] === "number"
      ? new Array(Math.min(args[0], 1e6)).fill(undefined)
      : [...args];
  }

  return { Made, Fn, global, fail, fillRandom };
}
