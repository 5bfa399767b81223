import type { ContainerEngine, EngineName } from "../../host/container-engine.ts";
import type { PullPolicy } from "../image.ts";
import { answerOf, type Limits, type TextRuntime } from "./program.ts";

export interface ContainerOptions {
  image: string;
  engine: ContainerEngine;
  pullPolicy: PullPolicy;
  allowNetwork: boolean;
  /** `UID:GID` of the user, or nobody. */
  user?: string;
  /** `type=…,src=…,dst=…` as typed. */
  mounts?: readonly string[];
  /** `KEY=VALUE`, or `KEY` to hand on a variable of the user's environment. */
  env?: readonly string[];
  limits: Limits;
}

/** A container image as a function, without network, privileges or the user's files (spec: fn 4.2). */
export function containerRuntime(options: ContainerOptions): TextRuntime {
  const args = containerArguments(options);
  return {
    async run(input) {
      const { engine, image, limits } = options;
      const answer = answerOf(await engine.run({ image, args, stdin: input, ...limits }), limits);
      return { ...answer, stderr: withoutNoise(answer.stderr, engine.name) };
    },
  };
}

const pullArguments: Readonly<Record<PullPolicy, string>> = {
  Always: "always",
  IfNotPresent: "missing",
  Never: "never",
};

/** Everything between `run` and the image. */
export function containerArguments(options: ContainerOptions): string[] {
  const args = ["--rm", "-i", "--network", options.allowNetwork ? "host" : "none"];
  args.push("--user", options.user ?? "nobody", "--security-opt=no-new-privileges");
  args.push("--pull", pullArguments[options.pullPolicy]);
  for (const mount of options.mounts ?? []) args.push("--mount", mountArgument(mount));
  const values = new Map<string, string>();
  const bare: string[] = [];
  for (const entry of options.env ?? []) {
    const at = entry.indexOf("=");
    if (at < 0) bare.push(entry);
    else values.set(entry.slice(0, at), entry.slice(at + 1));
  }
  for (const key of [...values.keys()].sort()) args.push("-e", `${key}=${values.get(key)}`);
  for (const key of bare) args.push("-e", key);
  return args;
}

function mountArgument(mount: string): string {
  const fields = new Map<string, string>();
  for (const field of mount.split(",")) {
    const [key = "", value = ""] = field.split(/=(.*)/s);
    fields.set(aliases[key.trim()] ?? key.trim(), value);
  }
  const writable = fields.get("rw") === "true";
  const parts = [`type=${fields.get("type") ?? ""}`, `source=${fields.get("source") ?? ""}`];
  parts.push(`target=${fields.get("target") ?? ""}`);
  if (!writable) parts.push("readonly");
  return parts.join(",");
}

const aliases: Readonly<Record<string, string>> = { src: "source", dst: "target", destination: "target" };

const bareHash = /^[0-9a-f]{64}$/;

const noise: Readonly<Record<EngineName, { parts: readonly string[]; whole: readonly RegExp[] }>> = {
  docker: {
    parts: [
      ": Already exists",
      ": Pulling fs layer",
      ": Verifying Checksum",
      ": Download complete",
      ": Pulling from",
      ": Waiting",
      ": Pull complete",
      "Digest: sha256",
      "Status: Downloaded newer image",
      "Status: Image is up to date for",
      "Unable to find image",
    ],
    whole: [],
  },
  podman: {
    parts: [
      "Trying to pull",
      "Getting image source signatures",
      "Copying blob sha256:",
      "Copying config sha256:",
      "Writing manifest to image destination",
      "Storing signatures",
    ],
    whole: [bareHash],
  },
  nerdctl: {
    parts: [
      "index-sha256:",
      "Copying blob sha256:",
      "manifest-sha256:",
      "config-sha256:",
      "layer-sha256:",
      "elapsed:",
    ],
    whole: [bareHash, /\+{38}|-{38}/],
  },
};

/** What the engine itself says while it pulls isn't the function's. */
export function withoutNoise(stderr: string, engine: EngineName): string {
  const { parts, whole } = noise[engine];
  return stderr
    .split("\n")
    .filter(
      line => !parts.some(part => line.includes(part)) && !whole.some(pattern => pattern.test(line.trim())),
    )
    .join("\n")
    .replace(/\n+$/, "");
}
