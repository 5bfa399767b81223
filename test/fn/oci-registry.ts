import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { TestContext } from "node:test";
import { gzipSync } from "node:zlib";

const indexType = "application/vnd.oci.image.index.v1+json";
const manifestType = "application/vnd.oci.image.manifest.v1+json";

/** A registry on this machine's loopback that knows what a test has put there. */
export class OciRegistry {
  /** Everything that was asked: method, path and credentials. */
  readonly requests: { path: string; authorization: string | undefined }[] = [];
  readonly #content = new Map<string, { type: string; body: Buffer }>();
  /** Answers a request itself, if it returns true. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  #port = 0;

  static async start(t: TestContext): Promise<OciRegistry> {
    const registry = new OciRegistry();
    const server = createServer((request, response) => registry.#answer(request, response));
    await new Promise<void>(listening => server.listen(0, "127.0.0.1", listening));
    const address = server.address();
    registry.#port = typeof address === "object" && address !== null ? address.port : 0;
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Puts something under a path and gives its digest. */
  put(
    path: string,
    body: Buffer | object,
    type = "application/octet-stream",
  ): { digest: string; size: number } {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    this.#content.set(path.replace("DIGEST", digest), { type, body: bytes });
    return { digest, size: bytes.length };
  }

  /** An image of several platforms, one of which holds the module in a packed tar. Gives the index' digest. */
  putWasm(repository: string, tag: string, module: Buffer, os = "js"): string {
    const at = `/v2/${repository}`;
    const layer = this.put(`${at}/blobs/DIGEST`, gzipSync(tarOf("main.wasm", module)));
    const mediaType = "application/vnd.oci.image.layer.v1.tar+gzip";
    const other = this.put(`${at}/manifests/DIGEST`, { schemaVersion: 2, layers: [] }, manifestType);
    const manifest = { schemaVersion: 2, mediaType: manifestType, layers: [{ ...layer, mediaType }] };
    const inner = this.put(`${at}/manifests/DIGEST`, manifest, manifestType);
    const index = {
      schemaVersion: 2,
      manifests: [
        { ...other, platform: { os: "linux", architecture: "amd64" } },
        { ...inner, platform: { os, architecture: "wasm" } },
      ],
    };
    this.put(`${at}/manifests/${tag}`, index, indexType);
    return this.put(`${at}/manifests/DIGEST`, index, indexType).digest;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? "";
    this.requests.push({ path, authorization: request.headers.authorization });
    if (this.intercept(request, response)) return;
    const found = this.#content.get(path.replace(/\?.*/, ""));
    response.writeHead(found === undefined ? 404 : 200, { "content-type": found?.type ?? "text/plain" });
    response.end(found?.body ?? "not here");
  }
}

function tarOf(file: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(file, 0);
  header.write("0000644\0", 100);
  header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write("0", 156);
  header.write("ustar\u000000", 257);
  return Buffer.concat([header, content, Buffer.alloc(((512 - (content.length % 512)) % 512) + 1024)]);
}
