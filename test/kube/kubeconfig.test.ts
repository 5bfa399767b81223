import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { loadConnection } from "../../src/kube/config.ts";
import { useCluster } from "./one-cluster.ts";

describe("kubeconfigs", () => {
  const { folder, where, kubeconfig, rejectsWith } = useCluster();

  describe("files of a kubeconfig that can't be used", () => {
    const fields = {
      "certificate-authority": { cluster: true },
      tokenFile: {},
      "client-certificate": { "client-key": "/dev/zero" },
    };
    for (const [field, more] of Object.entries(fields)) {
      for (const path of ["/dev/zero", "/", "missing"]) {
        test(`${field}: ${path} is told`, () => {
          const isCluster = "cluster" in more;
          const cluster = isCluster ? { "certificate-authority-data": undefined, [field]: path } : {};
          const file = kubeconfig("files", isCluster ? {} : { ...more, [field]: path }, {}, cluster);
          return rejectsWith(
            { kubeconfig: file },
            {
              code: "KUBECONFIG_INVALID",
              message:
                /^unable to read credentials: (read .*: (not a regular file|is a directory)|open .*\/missing: no such file or directory)$/,
            },
          );
        });
      }
    }
  });

  describe("kubeconfigs that can't be used", () => {
    const cases: [name: string, content: string, message: RegExp][] = [
      ["broken", "a: [\nsecret: hidden", /yaml: line/],
      ["a list", "- secret", /the content must be a map$/],
      ["another kind", "kind: Secret\nx: secret", /its kind is not "Config"$/],
      [
        "numbers for texts",
        "users: [{name: u, user: {token: 12345}}]",
        /`users\[0\]\.user\.token` must be a string$/,
      ],
      ["entries without names", "clusters: [{cluster: {server: x}}]", /`clusters\[0\]\.name` is missing$/],
      ["null entries", "contexts: [null]", /`contexts\[0\]` must be a map$/],
      [
        "garbage for certificates",
        "users: [{name: u, user: {client-key-data: '*secret*'}}]",
        /`users\[0\]\.user\.client-key-data` must be base64$/,
      ],
      ["deep nesting", "[".repeat(20_000), /exceeded max depth/],
    ];
    for (const [name, content, message] of cases)
      test(`${name} are told with the file`, async () => {
        const file = join(folder, "unusable");
        writeFileSync(file, content);
        await rejectsWith({ kubeconfig: file }, { message });
        await rejectsWith({ kubeconfig: file }, { message: /^error loading config file ".*unusable": / });
      });

    test("an empty one and one of odd keys are no configuration", async () => {
      for (const content of [
        "",
        "# nothing\n",
        "---\n",
        "null",
        "{}",
        "__proto__: {users: 1}",
        "users: null",
      ]) {
        const file = join(folder, "empty");
        writeFileSync(file, content);
        const connection = await loadConnection({ kubeconfig: file }, where);
        assert.equal(connection.server.href, "http://localhost:8080/");
        assert.match(connection.hint ?? "", /KUBECONFIG.*--kubeconfig.*kpt sandbox start/);
      }
    });

    test("a missing, a special and a huge one are told", async () => {
      await rejectsWith({ kubeconfig: "nope" }, { message: "stat nope: no such file or directory" });
      await rejectsWith({ kubeconfig: "/dev/zero" }, { message: /read \/dev\/zero: not a regular file$/ });
      await rejectsWith({ kubeconfig: "/" }, { message: /read \/: is a directory$/ });
    });
  });
});
