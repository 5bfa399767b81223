import assert from "node:assert/strict";
import { test } from "node:test";
import { OciRegistry } from "./oci-registry.ts";
import { echoModule } from "./wasm-bytes.ts";
import { configMap, Workspace } from "./workspace.ts";

const files = { "pkg/x.yaml": configMap("x") };

function evaluate(work: Workspace, image: string, ...more: string[]) {
  return work.kpt(["fn", "eval", "pkg", "--allow-alpha-wasm", "--image", image, ...more]);
}

for (const os of ["js", "wasip1"]) {
  test(`a module for ${os}/wasm comes out of an image of several platforms`, async t => {
    const registry = await OciRegistry.start(t);
    registry.putWasm("fns/echo", "v1.0.0", echoModule(), os);
    const work = new Workspace(t, files);
    const { code, stderr } = await evaluate(work, `${registry.host}/fns/echo:v1.0.0`);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /\[PASS\] "127\.0\.0\.1:\d+\/fns\/echo:v1\.0\.0"/);
    assert.deepEqual(work.all(), files);
  });
}

test("an image named by digest is that image", async t => {
  const registry = await OciRegistry.start(t);
  const digest = registry.putWasm("fns/echo", "v1", echoModule());
  const work = new Workspace(t, files);
  const named = await evaluate(work, `${registry.host}/fns/echo@${digest}`);
  assert.equal(named.code, 0, named.stderr);

  const wanted = `sha256:${"0".repeat(64)}`;
  registry.put(`/v2/fns/echo/manifests/${wanted}`, { schemaVersion: 2, layers: [] });
  const { code, stderr } = await evaluate(work, `${registry.host}/fns/echo@${wanted}`);
  assert.equal(code, 1);
  assert.match(stderr, /content doesn't match its digest sha256:0000/);
});

test("a range takes the highest version that the registry has", async t => {
  const registry = await OciRegistry.start(t);
  registry.putWasm("fns/echo", "v1.2.9", echoModule());
  registry.put("/v2/fns/echo/tags/list", { tags: ["v1.2.10-git-x", "v1.2.9", "v1.2.3", "v2.0.0", "latest"] });
  const work = new Workspace(t, files);
  const { code, stderr } = await evaluate(work, `${registry.host}/fns/echo`, "--tag", "~1.2");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /\[PASS\] "\S+\/fns\/echo:v1\.2\.9"/);
});

test("credentials stay with the registry that asked for them", async t => {
  const registry = await OciRegistry.start(t);
  const store = await OciRegistry.start(t);
  registry.putWasm("fns/echo", "v1", echoModule());
  store.putWasm("fns/echo", "v1", echoModule());
  registry.intercept = (request, response) => {
    const path = request.url ?? "";
    if (path.startsWith("/token")) response.end(JSON.stringify({ token: "t0ken" }));
    else if (request.headers.authorization !== "Bearer t0ken") {
      const challenge = `Bearer realm="http://${registry.host}/token",service="here"`;
      response.writeHead(401, { "www-authenticate": challenge }).end();
    } else if (path.includes("/blobs/")) {
      response.writeHead(307, { location: `http://${store.host}${path}` }).end();
    } else return false;
    return true;
  };
  const work = new Workspace(t, files);
  work.write(
    ".docker/config.json",
    JSON.stringify({ auths: { [registry.host]: { auth: Buffer.from("me:secret").toString("base64") } } }),
  );
  const { code, stderr } = await evaluate(work, `${registry.host}/fns/echo:v1`);
  assert.equal(code, 0, stderr);
  const token = registry.requests.find(each => each.path.startsWith("/token"));
  assert.equal(token?.authorization, `Basic ${Buffer.from("me:secret").toString("base64")}`);
  assert.match(token?.path ?? "", /scope=repository%3Afns%2Fecho%3Apull/);
  assert.deepEqual(
    store.requests.map(each => each.authorization),
    [undefined],
  );
});

test("what a registry may answer wrongly fails the step and nothing else", async t => {
  const registry = await OciRegistry.start(t);
  const type = "application/vnd.oci.image.manifest.v1+json";
  const image = (tag: string, manifest: object) => registry.put(`/v2/fns/x/manifests/${tag}`, manifest, type);
  const layer = registry.put("/v2/fns/x/blobs/DIGEST", Buffer.from("hello"));
  registry.put(`/v2/fns/x/blobs/sha256:${"1".repeat(64)}`, Buffer.from("swapped"));
  image("no-platform", { manifests: [{ ...layer, platform: { os: "linux", architecture: "amd64" } }] });
  image("no-module", { layers: [layer] });
  image("two-layers", { layers: [layer, layer] });
  image("swapped", { layers: [{ digest: `sha256:${"1".repeat(64)}` }] });
  image("no-list", { layers: "x" });
  registry.put("/v2/fns/x/manifests/garbage", Buffer.from("<html>"));
  registry.put("/v2/fns/x/manifests/huge", Buffer.alloc(5 * 2 ** 20));
  const says = {
    "no-platform": /has nothing for this platform/,
    "no-module": /holds no wasm module/,
    "two-layers": /must have exactly one layer, it has 2/,
    swapped: /doesn't match its digest/,
    "no-list": /must have exactly one layer, it has 0/,
    garbage: /answer is not JSON/,
    huge: /exceeds \d+ bytes/,
    absent: /status 404/,
  };
  for (const [tag, pattern] of Object.entries(says)) {
    const work = new Workspace(t, files);
    const { code, stderr, stdout } = await evaluate(work, `${registry.host}/fns/x:${tag}`);
    assert.equal(code, 1, tag);
    assert.match(stderr, pattern);
    assert.equal(stderr.match(/^error: /gm)?.length, 1, stderr);
    assert.equal(stdout, "");
    assert.deepEqual(work.all(), files);
  }
});

test("nothing is fetched unless the user allows modules", async t => {
  const registry = await OciRegistry.start(t);
  registry.putWasm("fns/echo", "v1", echoModule());
  const work = new Workspace(t, files);
  const args = ["fn", "eval", "pkg", "--image", `${registry.host}/fns/echo:v1`];
  const { code } = await work.kpt(args, { env: { PATH: "" } });
  assert.equal(code, 1);
  assert.deepEqual(registry.requests, []);
});

test("Ctrl-C ends the wait for a registry", async t => {
  const registry = await OciRegistry.start(t);
  const stop = new AbortController();
  registry.intercept = () => {
    stop.abort();
    return true;
  };
  const work = new Workspace(t, files);
  const args = ["fn", "eval", "pkg", "--allow-alpha-wasm", "--image", `${registry.host}/fns/x:v1`];
  const { code, stderr } = await work.kpt(args, { signal: stop.signal });
  assert.notEqual(code, 0);
  assert.match(stderr, /interrupted/);
  assert.deepEqual(work.all(), files);
});
