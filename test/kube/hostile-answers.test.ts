import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { after, before, beforeEach, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { KptError } from "../../src/core/error.ts";
import { KubeClient } from "../../src/kube/client.ts";
import { loadConnection } from "../../src/kube/config.ts";
import { createHttpsTransport } from "../../src/kube/https.ts";
import { hurriedClock } from "../live/cluster.ts";
import { type Answer, FakeServer, pods, send } from "./fake-server.ts";

const json = { "content-type": "application/json" };

/** Writes until the other side has had enough. */
function pour(response: ServerResponse, piece: Buffer): void {
  let goesOn = true;
  response.on("close", () => {
    goesOn = false;
  });
  const more = (): void => {
    while (goesOn && response.write(piece));
    if (goesOn) response.once("drain", more);
  };
  more();
}

describe("a hostile server", () => {
  const server = new FakeServer("http");
  let url = "";
  before(async () => {
    url = await server.listen();
  });
  after(() => server.close());
  beforeEach(() => {
    server.seen.length = 0;
  });

  const patience = { first: 200, silence: 200, pace: 100 };
  const open = async (requestTimeoutMs = 0): Promise<KubeClient> => {
    const connection = await loadConnection({ server: url }, { env: {}, cwd: "/" });
    return new KubeClient(createHttpsTransport(connection, patience), {
      clock: hurriedClock,
      requestTimeoutMs,
    });
  };
  const told = async (answer: Answer, ask: (client: KubeClient) => Promise<unknown>): Promise<string> => {
    server.answer = answer;
    const client = await open();
    try {
      await ask(client);
    } catch (thrown) {
      assert.ok(thrown instanceof KptError, String(thrown));
      assert.doesNotMatch(thrown.message, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      return thrown.message;
    } finally {
      await client.close();
    }
    assert.fail("nothing was thrown");
  };
  const get = (client: KubeClient): Promise<unknown> => client.get(pods, "ns", "a");
  const list = (client: KubeClient): Promise<unknown> => client.list(pods, "ns");
  const rows: [what: string, answer: Answer, ask: typeof get, message: RegExp][] = [
    [
      "an object without end",
      (_, response) => pour(response.writeHead(200, json), Buffer.alloc(2 ** 20, " ")),
      get,
      /^the server's answer is larger than 256 MiB$/,
    ],
    [
      "an error without end",
      (_, response) => pour(response.writeHead(403, json), Buffer.alloc(2 ** 16, "x")),
      get,
      /^Error from server \(Forbidden\): the server does not allow access to the requested resource$/,
    ],
    [
      "an answer that drips",
      (_, response) => {
        response.writeHead(200, json).write("{");
        const drops = setInterval(() => response.write(" "), 20);
        response.on("close", () => clearInterval(drops));
      },
      get,
      /lost the connection to \S+: no answer within 0\.1 s$/,
    ],
    ["nothing at all", () => undefined, get, /lost the connection to \S+: no answer within 0\.2 s$/],
    [
      "what is compressed",
      (_, response) => {
        response.writeHead(200, { ...json, "content-encoding": "gzip" });
        response.end(gzipSync(Buffer.alloc(2 ** 20, " ")));
      },
      get,
      /^the server's answer is compressed, which nobody asked for$/,
    ],
    [
      "another content",
      (_, response) => {
        response.writeHead(200, { "content-type": "application/vnd.kubernetes.protobuf" });
        response.end(Buffer.from([0x6b, 0x38, 0x73, 0, 1, 2, 3]));
      },
      get,
      /^the server's answer is no JSON$/,
    ],
    ["half an object", (_, response) => send(response, 200, '{"kind":"Po'), get, /is no JSON$/],
    ["nothing but a status", (_, response) => send(response, 200, ""), get, /is no object$/],
    ["null", (_, response) => send(response, 200, "null"), get, /is no object$/],
    ["a list where an object belongs", (_, response) => send(response, 200, "[]"), get, /is no object$/],
    ["an object where a list belongs", (_, response) => send(response, 200, {}), list, /is no list$/],
    [
      "a list that has always one more page",
      (_, response) => send(response, 200, { items: [], metadata: { continue: "more" } }),
      list,
      /is no list that ends$/,
    ],
    [
      "100,000 levels",
      (_, response) => send(response, 200, `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
      get,
      /is nested deeper than 1000 levels$/,
    ],
    [
      "an error with escape sequences",
      (_, response) =>
        send(response, 422, { reason: "\u001b]0;x\u0007", message: "a\u001b[2J\r\u202eb\u009b1m" }),
      get,
      /^Error from server \(Invalid\): a\\u001b\[2J\\u000d\\u202eb\\u009b1m$/,
    ],
    ["an error of odd types", (_, response) => send(response, 500, { message: [1], code: {} }), get, /500$/],
    ["no content", (_, response) => response.writeHead(204).end(), get, /is no object$/],
  ];
  for (const [what, answer, ask, message] of rows) {
    test(`that answers with ${what} is told`, async () => {
      assert.match(await told(answer, ask), message);
    });
  }

  test("that has never finished an answer is asked once", async () => {
    await told((_, response) => response.writeHead(200, json).write("{"), get);
    assert.equal(server.seen.length, 1);
  });

  test("that answered before and hangs now is asked a few times", async () => {
    server.answer = (_, response) => send(response, 200, { kind: "Pod" });
    const client = await open();
    await get(client);
    server.answer = () => undefined;
    await assert.rejects(get(client), /no answer within/);
    assert.equal(server.seen.length, 4);
    await client.close();
  });

  test("that drips is given up after the request timeout too", async () => {
    server.answer = (_, response) => pour(response.writeHead(200, json), Buffer.from(" "));
    const client = await open(50);
    await assert.rejects(get(client), /no answer within the request timeout$/);
    await client.close();
  });

  test("whose lists have nothing for items, or nothing in them, has empty lists", async () => {
    for (const items of [null, [null, 7, "x", []]]) {
      server.answer = (_, response) => send(response, 200, { items });
      const client = await open();
      assert.deepEqual((await client.list(pods, "ns")).items, []);
      await client.close();
    }
  });

  test("can't reach what all objects inherit", async () => {
    const body = '{"items":[{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}]}';
    server.answer = (_, response) => send(response, 200, body);
    const client = await open();
    const [item] = (await client.list(pods, "ns")).items;
    assert.ok(item !== undefined && Object.hasOwn(item, "__proto__"));
    assert.equal(Reflect.get({}, "polluted"), undefined);
    await client.close();
  });

  test("whose watch has a line without end is told", async () => {
    server.answer = (_, response) => pour(response.writeHead(200, json), Buffer.alloc(2 ** 20, "x"));
    const client = await open();
    const read = async (): Promise<void> => {
      for await (const _ of client.watch(pods, "ns", {}, new AbortController().signal));
    };
    await assert.rejects(read(), { message: "the server's answer has an endless line" });
    await client.close();
  });
});
