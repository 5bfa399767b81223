import { buildInfo } from "../build-info.ts";
import type { Run } from "../command.ts";
import type { versionFlags } from "./version.ts";

export const run: Run<typeof versionFlags> = async ({ stdout }, { flags }) => {
  const { version, commit } = buildInfo;
  if (flags.short) {
    stdout.write(`${version ?? commit?.slice(0, 7) ?? "unknown"}\n`);
    return 0;
  }
  stdout.write(`Version: ${version ?? "unknown"}\n`);
  stdout.write(`Git commit: ${commit ?? "unknown"}\n`);
  return 0;
};
