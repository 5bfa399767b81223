import { isUtf8 } from "node:buffer";
import { KptError } from "../../../core/error.ts";

const maxBytes = 2 ** 29;

/** Reads standard input to its end. */
export async function readAll(stdin: NodeJS.ReadableStream, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  const stop = () => {
    if ("destroy" in stdin && typeof stdin.destroy === "function") stdin.destroy();
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const chunk of stdin) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > maxBytes) throw new KptError("IO", `standard input exceeds ${maxBytes / 2 ** 20} MiB`);
      chunks.push(bytes);
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
  signal.throwIfAborted();
  const all = Buffer.concat(chunks);
  if (!isUtf8(all)) throw new KptError("YAML_SYNTAX", "standard input is not valid UTF-8");
  return all.toString("utf8");
}
