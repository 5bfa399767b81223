/** A function's world in WASI preview 1: three streams, and nothing else of the machine. */
export interface WasiStreams {
  stdin: Uint8Array;
  /** Takes what is written to stdout (1) and stderr (2). Throws to stop the module. */
  write(fd: 1 | 2, bytes: Uint8Array): void;
}

export interface WasiImports {
  functions: Record<string, (...args: never[]) => unknown>;
  /** Must be told the module's memory before it starts. */
  attach(memory: WebAssembly.Memory): void;
}

/**
 * The imports of `wasi_snapshot_preview1`. There is no file system, no environment, no network; the clock stands still and
 * random numbers are always the same, so that equal inputs give equal outputs.
 *
 * Runs in a worker that is made from this function's source text: it must not refer to anything outside of itself.
 */
export function wasiImports(streams: WasiStreams, exit: (code: number) => never): WasiImports {
  let memory: WebAssembly.Memory | undefined;
  let position = 0;
  let seed = 0x9e3779b9;
  const errno = { success: 0, badf: 8, inval: 28, noent: 44, nosys: 52, notcapable: 76 };
  const epoch = 1_700_000_000_000_000_000n;
  let ticks = 0n;
  const view = () => new DataView(memory!.buffer);
  const bytes = (at: number, length: number) => new Uint8Array(memory!.buffer, at >>> 0, length >>> 0);

  const vectors = (at: number, count: number): Uint8Array[] => {
    const data = view();
    return Array.from({ length: count }, (_, i) =>
      bytes(data.getUint32(at + 8 * i, true), data.getUint32(at + 8 * i + 4, true)),
    );
  };

  const functions: WasiImports["functions"] = {
    args_sizes_get(count: number, size: number) {
      view().setUint32(count, 1, true);
      view().setUint32(size, 3, true);
      return errno.success;
    },
    args_get(pointers: number, buffer: number) {
      view().setUint32(pointers, buffer, true);
      bytes(buffer, 3).set([0x66, 0x6e, 0]);
      return errno.success;
    },
    environ_sizes_get(count: number, size: number) {
      view().setUint32(count, 0, true);
      view().setUint32(size, 0, true);
      return errno.success;
    },
    environ_get: () => errno.success,
    clock_res_get(_clock: number, at: number) {
      view().setBigUint64(at, 1_000_000n, true);
      return errno.success;
    },
    clock_time_get(_clock: number, _precision: bigint, at: number) {
      // Each look moves it a little: programs that wait for the clock to move must not wait for ever.
      ticks += 1000n;
      view().setBigUint64(at, epoch + ticks, true);
      return errno.success;
    },
    random_get(at: number, length: number) {
      const target = bytes(at, length);
      for (let i = 0; i < target.length; i++) {
        seed ^= seed << 13;
        seed ^= seed >>> 17;
        seed ^= seed << 5;
        target[i] = seed & 0xff;
      }
      return errno.success;
    },
    fd_read(fd: number, iovs: number, count: number, read: number) {
      if (fd !== 0) return errno.badf;
      let total = 0;
      for (const target of vectors(iovs, count)) {
        const part = streams.stdin.subarray(position, position + target.length);
        target.set(part);
        position += part.length;
        total += part.length;
        if (part.length < target.length) break;
      }
      view().setUint32(read, total, true);
      return errno.success;
    },
    fd_write(fd: number, iovs: number, count: number, written: number) {
      if (fd !== 1 && fd !== 2) return errno.badf;
      let total = 0;
      for (const part of vectors(iovs, count)) {
        streams.write(fd, part.slice());
        total += part.length;
      }
      view().setUint32(written, total, true);
      return errno.success;
    },
    fd_fdstat_get(fd: number, at: number) {
      if (fd < 0 || fd > 2) return errno.badf;
      const data = view();
      data.setUint8(at, 2);
      data.setUint16(at + 2, 0, true);
      data.setBigUint64(at + 8, fd === 0 ? 2n : 64n, true);
      data.setBigUint64(at + 16, 0n, true);
      return errno.success;
    },
    fd_filestat_get(fd: number, at: number) {
      if (fd < 0 || fd > 2) return errno.badf;
      bytes(at, 64).fill(0);
      view().setUint8(at + 16, 2);
      return errno.success;
    },
    fd_fdstat_set_flags: (fd: number) => (fd >= 0 && fd <= 2 ? errno.success : errno.badf),
    fd_close: (fd: number) => (fd >= 0 && fd <= 2 ? errno.success : errno.badf),
    fd_prestat_get: () => errno.badf,
    fd_prestat_dir_name: () => errno.badf,
    poll_oneoff(subscriptions: number, events: number, count: number, happened: number) {
      const data = view();
      for (let i = 0; i < count; i++) {
        bytes(events + 32 * i, 32).fill(0);
        data.setBigUint64(events + 32 * i, data.getBigUint64(subscriptions + 48 * i, true), true);
        data.setUint8(events + 32 * i + 10, data.getUint8(subscriptions + 48 * i + 8));
      }
      data.setUint32(happened, count, true);
      return errno.success;
    },
    sched_yield: () => errno.success,
    proc_exit: (code: number) => exit(code),
    proc_raise: () => errno.nosys,
    path_open: () => errno.notcapable,
    path_filestat_get: () => errno.notcapable,
  };

  return {
    functions: new Proxy(functions, {
      get: (known, name) =>
        typeof name === "string" && Object.hasOwn(known, name) ? known[name] : () => errno.notcapable,
    }),
    attach(given) {
      memory = given;
    },
  };
}
