import { KptError } from "../core/error.ts";
import type { Json } from "../core/json.ts";
import type { KubeResponse } from "./transport.ts";

/** More than the largest page of a list; an endless answer is cut here. */
const maxAnswerBytes = 256 * 2 ** 20;
/** An error is a sentence, not a list. */
const maxErrorBytes = 2 ** 20;
/** One watch event can hold one object, which etcd limits to 1.5 MiB. */
const maxLineLength = 32 * 2 ** 20;
/** No object that Kubernetes stores comes near; everything that walks through one may be recursive. */
const maxDepth = 1_000;

export async function readAnswer(response: KubeResponse): Promise<Json | undefined> {
  const isError = response.status >= 300;
  const limit = isError ? maxErrorBytes : maxAnswerBytes;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > limit) throw malformed(`is larger than ${limit / 2 ** 20} MiB`);
    chunks.push(chunk);
  }
  const coding = response.headers["content-encoding"] ?? "identity";
  if (coding !== "identity" && !isError) throw malformed("is compressed, which nobody asked for");
  const text = Buffer.concat(chunks).toString("utf8");
  if (text === "") return undefined;
  try {
    return bounded(JSON.parse(text) as Json);
  } catch (thrown) {
    // Errors of proxies and load balancers are often plain text: the status alone speaks then.
    if (isError) return undefined;
    throw thrown instanceof MalformedAnswer ? thrown : malformed("is no JSON");
  }
}

function bounded(value: Json): Json {
  if (!isShallow(value, maxDepth)) throw malformed(`is nested deeper than ${maxDepth} levels`);
  return value;
}

function isShallow(value: Json, levels: number): boolean {
  if (value === null || typeof value !== "object") return true;
  if (levels === 0) return false;
  if (Array.isArray(value)) return value.every(item => isShallow(item, levels - 1));
  for (const key in value) if (!isShallow(value[key] ?? null, levels - 1)) return false;
  return true;
}

/** The values of a stream of JSON lines; chunks may end anywhere, inside a character too. */
export async function* readLines(response: KubeResponse): AsyncGenerator<Json> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of response.body) {
    rest += decoder.decode(chunk, { stream: true });
    let end = rest.indexOf("\n");
    while (end >= 0) {
      const line = rest.slice(0, end).trim();
      rest = rest.slice(end + 1);
      if (line !== "") yield parseLine(line);
      end = rest.indexOf("\n");
    }
    if (rest.length > maxLineLength) throw malformed("has an endless line");
  }
  // What is left without a line break was cut off: the watch is taken up again before it.
}

function parseLine(line: string): Json {
  try {
    return bounded(JSON.parse(line) as Json);
  } catch (thrown) {
    throw thrown instanceof MalformedAnswer ? thrown : malformed("has a line that is no JSON");
  }
}

export class MalformedAnswer extends KptError {}

function malformed(what: string): MalformedAnswer {
  return new MalformedAnswer("CLUSTER_REFUSED", `the server's answer ${what}`, {
    hint: "the server of the kubeconfig must be a Kubernetes API server",
  });
}
