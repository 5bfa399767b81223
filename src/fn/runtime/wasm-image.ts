import { gunzipSync } from "node:zlib";
import { KptError } from "../../core/error.ts";
import { Registry, type RegistryOptions } from "../../host/registry.ts";
import { parseImage } from "../image.ts";

const maxModuleBytes = 2 ** 28;

/** The module of a wasm image: the entry for `js/wasm` (or `wasip1/wasm`), whose one layer is a tar with one file. */
export async function fetchWasm(image: string, options: RegistryOptions): Promise<Uint8Array> {
  const parsed = parseImage(image);
  if (parsed === undefined) throw failed(`${JSON.stringify(image)} is no image reference`);
  const registry = new Registry(options);
  const manifest = await registry.manifest(
    parsed.repository,
    parsed.digest ?? parsed.tag ?? "latest",
    platform => {
      return platform.architecture === "wasm" && (platform.os === "js" || platform.os === "wasip1");
    },
  );
  const [layer] = manifest.layers;
  if (layer === undefined || manifest.layers.length !== 1) {
    throw failed(`image ${image} must have exactly one layer, it has ${manifest.layers.length}`);
  }
  let bytes: Uint8Array = await registry.blob(parsed.repository, layer.digest, maxModuleBytes);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes, { maxOutputLength: maxModuleBytes });
  return isWasm(bytes) ? bytes : onlyFile(bytes, image);
}

function isWasm(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;
}

/** Reads the tar by hand: it has one regular file, and nothing of it touches the disk. */
function onlyFile(tar: Uint8Array, image: string): Uint8Array {
  const text = (at: number, length: number) =>
    Buffer.from(tar.subarray(at, at + length))
      .toString("latin1")
      .replace(/\0.*$/s, "");
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12).trim() || "0", 8);
    if (!Number.isSafeInteger(size) || size < 0) break;
    const content = tar.subarray(at + 512, at + 512 + size);
    const type = text(at + 156, 1);
    if ((type === "0" || type === "") && isWasm(content)) return content;
    at += 512 + Math.ceil(size / 512) * 512;
  }
  throw failed(`image ${image} holds no wasm module`);
}

function failed(message: string): KptError {
  return new KptError("FUNCTION_RUNTIME", message, { label: "Error" });
}
