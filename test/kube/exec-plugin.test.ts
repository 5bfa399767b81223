import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { issueCredentials } from "../../src/sandbox/certificate.ts";
import { identity, pods, send } from "./fake-server.ts";
import { base64, useCluster } from "./one-cluster.ts";

describe("a credential plugin", () => {
  const { folder, server, where, url, kubeconfig, open, askedWith, rejectsWith } = useCluster();
  const v1 = "client.authentication.k8s.io/v1";
  const plugin = (name: string, script: string, more: object = {}): { exec: object } => {
    const command = join(folder, name);
    writeFileSync(command, `#!/bin/sh\n${script}\n`);
    chmodSync(command, 0o755);
    return { exec: { apiVersion: v1, interactiveMode: "Never", command, args: ["x"], ...more } };
  };
  const answer = (status: unknown, more: object = {}): string =>
    `echo '${JSON.stringify({ apiVersion: v1, kind: "ExecCredential", status, ...more })}'`;
  const rows = (file: string): number =>
    existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;

  test("gives the token; it runs once for many requests", async () => {
    const log = join(folder, "runs");
    const script = `echo "$1" >> ${log}; ${answer({ token: "from-plugin" })}`;
    const client = await open({ kubeconfig: kubeconfig("exec", plugin("good", script)) });
    await Promise.all([1, 2, 3, 4].map(() => client.get(pods, "ns", "a")));
    assert.equal(server.seen.at(-1)?.headers.authorization, "Bearer from-plugin");
    assert.equal(rows(log), 1);
    await client.close();
  });

  test("runs again when its answer expires, and when the server refuses it", async () => {
    const log = join(folder, "renewals");
    const expirationTimestamp = new Date(5_000_000).toISOString();
    const script = `echo x >> ${log}; n=$(grep -c x ${log}); echo '${JSON.stringify({
      apiVersion: v1,
      kind: "ExecCredential",
      status: { token: "token-N", expirationTimestamp },
    })}' | sed "s/N/$n/"`;
    let now = 4_000_000;
    const file = kubeconfig("exec-renewed", plugin("renewed", script));
    const client = await open({ kubeconfig: file }, { ...where, now: () => now });
    await client.get(pods, "ns", "a");
    server.answer = ({ headers }, response) =>
      headers.authorization === "Bearer token-1"
        ? send(response, 401, { kind: "Status" })
        : send(response, 200, { kind: "Pod" });
    await client.get(pods, "ns", "a");
    assert.equal(server.seen.at(-1)?.headers.authorization, "Bearer token-2");
    now = 6_000_000;
    await client.get(pods, "ns", "a");
    assert.equal(server.seen.at(-1)?.headers.authorization, "Bearer token-3");
    await client.close();
  });

  test("gives a certificate", async () => {
    const client = issueCredentials(Date.now());
    const status = { clientCertificateData: client.certificate, clientKeyData: client.key };
    writeFileSync(
      join(folder, "answer.json"),
      JSON.stringify({ apiVersion: v1, kind: "ExecCredential", status }),
    );
    const user = plugin("certificate", `cat ${join(folder, "answer.json")}`);
    const seen = await askedWith({ kubeconfig: kubeconfig("exec-cert", user) });
    assert.equal(seen.certificate, new X509Certificate(client.certificate).fingerprint256);
  });

  test("is not asked where there is a token already", async () => {
    const file = kubeconfig("exec-token", plugin("unasked", "exit 9"));
    assert.equal((await askedWith({ kubeconfig: file, token: "mine" })).headers.authorization, "Bearer mine");
  });

  test("sees the environment of its entry and, where it asks for it, the cluster", async () => {
    const shown = join(folder, "shown");
    const user = plugin(
      "seeing",
      `echo "$EXTRA $KUBERNETES_EXEC_INFO" > ${shown}; ${answer({ token: "t" })}`,
      {
        provideClusterInfo: true,
        env: [{ name: "EXTRA", value: "more" }],
      },
    );
    const extensions = [{ name: "client.authentication.k8s.io/exec", extension: { audience: "a" } }];
    await askedWith({ kubeconfig: kubeconfig("exec-cluster", user, {}, { extensions }) });
    const [extra, ...info] = readFileSync(shown, "utf8").trim().split(" ");
    assert.equal(extra, "more");
    assert.deepEqual(JSON.parse(info.join(" ")), {
      apiVersion: v1,
      kind: "ExecCredential",
      spec: {
        interactive: false,
        cluster: {
          server: url(),
          "certificate-authority-data": base64(identity.authority),
          config: { audience: "a" },
        },
      },
    });
  });

  test("is a file beside the kubeconfig where its name has a slash", async () => {
    const user = plugin("beside", answer({ token: "beside" }), { command: "./beside" });
    const away = { ...where, cwd: "/" };
    const seen = await askedWith({ kubeconfig: kubeconfig("exec-beside", user) }, away);
    assert.equal(seen.headers.authorization, "Bearer beside");
  });

  test("speaks to the user while it runs, harmlessly", async () => {
    const told: string[] = [];
    const user = plugin("speaking", `printf 'log in at \\033[31mhere\\n' >&2; ${answer({ token: "t" })}`);
    await askedWith(
      { kubeconfig: kubeconfig("exec-speaking", user) },
      { ...where, notify: text => told.push(text) },
    );
    assert.equal(told.join(""), "log in at \\u001b[31mhere\n");
  });

  const failures: [name: string, script: string, message: RegExp, more?: object][] = [
    ["says no JSON", "echo secret", /answered with something that is no JSON$/],
    [
      "says an empty object",
      "echo '{}'",
      /configured to use API version .*\/v1, plugin returned another one$/,
    ],
    [
      "says another version",
      answer({}, { apiVersion: v1.replace("v1", "v1beta1") }),
      /returned version .*\/v1beta1$/,
    ],
    ["says no status", answer(null), /didn't return a status field$/],
    ["says nothing useful", answer({}), /didn't return a token or cert\/key pair$/],
    ["says half a pair", answer({ clientKeyData: "secret" }), /returned only certificate or key, not both$/],
    [
      "says a broken pair",
      answer({ clientKeyData: "secret", clientCertificateData: "secret" }),
      /^the client certificate can't be used: /,
    ],
    [
      "ends the token with a line break",
      answer({ token: "secret\n" }).replace("\\n", "\\\\n"),
      /^the token of user "u" begins or ends with blanks$/,
    ],
    [
      "puts a header into the token",
      answer({ token: "a\r\nX: secret" }).replaceAll("\\", "\\\\"),
      /^the token of user "u" has a line break/,
    ],
    [
      "puts a NUL into the token",
      answer({ token: "a\u0000b" }).replaceAll("\\", "\\\\"),
      /^the token of user "u" has a line break/,
    ],
    ["floods its output", "head -c 3000000 /dev/zero", /answered with more than 1048576 bytes$/],
    ["fails", "echo 'log in first' >&2; exit 3", /failed with exit code 3\nlog in first$/],
    ["is killed", "kill -9 $$", /was ended by SIGKILL$/],
    [
      "has an unknown version",
      "",
      /^exec plugin: invalid apiVersion ".*\/v1alpha1"$/,
      { apiVersion: v1.replace("v1", "v1alpha1") },
    ],
    ["has no version", "", /apiVersion must be specified for u/, { apiVersion: undefined }],
    ["has no mode", "", /interactiveMode must be specified for u/, { interactiveMode: undefined }],
    ["has an unknown mode", "", /invalid interactiveMode for u: "Some"$/, { interactiveMode: "Some" }],
    [
      "needs a terminal",
      "",
      /cannot support interactive mode: standard input is not a terminal$/,
      { interactiveMode: "Always" },
    ],
    ["has no command", "", /command must be specified for u/, { command: "" }],
    ["is a folder", "", /cannot run|not found|denied/, { command: "/tmp/" }],
  ];
  for (const [index, [name, script, message, more]] of failures.entries()) {
    test(`that ${name} is told`, () =>
      rejectsWith(
        { kubeconfig: kubeconfig("exec-failing", plugin(`failing-${index}`, script, more)) },
        { code: "KUBECONFIG_INVALID", message },
      ));
  }

  test("that hangs is ended", async () => {
    const file = kubeconfig("exec-hanging", plugin("hanging", "exec sleep 1000"));
    await assert.rejects(askedWith({ kubeconfig: file, requestTimeoutMs: 100 }), {
      message: /^getting credentials: exec: .* did not answer within 0\.1 s$/,
      hint: "--request-timeout gives it more time",
    });
  });

  test("that isn't installed names its hint", async () => {
    const exec = { apiVersion: v1, interactiveMode: "Never", command: "no-such-plugin-here" };
    const file = kubeconfig("exec-missing", {
      exec: { ...exec, installHint: "get it from \u001b[31mexample.com" },
    });
    await rejectsWith(
      { kubeconfig: file },
      {
        message: "getting credentials: exec: executable no-such-plugin-here not found",
        hint: "get it from \\u001b[31mexample.com",
      },
    );
  });
});
