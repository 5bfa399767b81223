/** A WebAssembly module spelled out: sections of (id, bytes). */
export function wasm(sections: [number, number[]][]): Buffer {
  const bytes = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  for (const [id, body] of sections) bytes.push(id, body.length, ...body);
  return Buffer.from(bytes);
}

export const name = (text: string) => [text.length, ...Buffer.from(text)];

const i32 = 0x7f;
const wasi = name("wasi_snapshot_preview1");

/** Writes what it reads, up to 60,000 bytes: a WASI program that changes nothing. */
export function echoModule(): Buffer {
  const read = [0x41, 0, 0x41, 0, 0x41, 1, 0x41, 8, 0x10, 0, 0x1a];
  const takeLength = [0x41, 4, 0x41, 8, 0x28, 2, 0, 0x36, 2, 0];
  const write = [0x41, 1, 0x41, 0, 0x41, 1, 0x41, 12, 0x10, 1, 0x1a];
  const code = [0, ...read, ...takeLength, ...write, 0x0b];
  return wasm([
    [1, [2, 0x60, 4, i32, i32, i32, i32, 1, i32, 0x60, 0, 0]],
    [2, [2, ...wasi, ...name("fd_read"), 0, 0, ...wasi, ...name("fd_write"), 0, 0]],
    [3, [1, 1]],
    [5, [1, 0, 1]],
    [7, [2, ...name("memory"), 2, 0, ...name("_start"), 0, 2]],
    [10, [1, code.length, ...code]],
    [11, [1, 0, 0x41, 0, 0x0b, 8, 16, 0, 0, 0, 0x60, 0xea, 0, 0]],
  ]);
}
