import assert from "node:assert/strict";
import { request } from "node:https";
import { test } from "node:test";
import { listen } from "./listen.ts";
import { createSandbox } from "./sandbox.ts";

function ask(url: string, ca: string, token: string | undefined): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const asked = request(url, { ca, headers, agent: false }, response => {
      const chunks: Buffer[] = [];
      response.on("data", chunk => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
      );
    });
    asked.on("error", reject);
    asked.end();
  });
}

test("the kubeconfig leads to the sandbox, and only with its token", async () => {
  const sandbox = createSandbox();
  const server = await listen(sandbox);
  try {
    const entry = (name: string): string => new RegExp(`${name}: (\\S+)`).exec(server.kubeconfig)?.[1] ?? "";
    const ca = Buffer.from(entry("certificate-authority-data"), "base64").toString();
    const url = `${entry("server")}/api/v1/namespaces/default`;
    const refused = await ask(url, ca, undefined);
    assert.equal(refused.status, 401);
    assert.equal(JSON.parse(refused.text).message, "Unauthorized");
    const answered = await ask(url, ca, entry("token"));
    assert.equal(answered.status, 200);
    assert.equal(JSON.parse(answered.text).metadata.name, "default");
    await assert.rejects(ask(url, "", entry("token")), /self-signed|unable to verify|certificate/);
  } finally {
    await server.close();
    await sandbox.close();
  }
});
