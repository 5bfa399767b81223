import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const sources = resolve(import.meta.dirname, "../../../test/fn/probe");

export type ProbeTarget = "js" | "wasip1";

/** The program of probe/ as a module, or undefined where there is no Go to build it. */
export function buildProbe(target: ProbeTarget): Buffer | undefined {
  if (spawnSync("go", ["version"]).error !== undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "kpt-probe-"));
  try {
    const output = join(folder, "probe.wasm");
    execFileSync("go", ["build", "-trimpath", "-ldflags=-s -w", "-o", output, "."], {
      cwd: sources,
      env: { ...process.env, GOOS: target, GOARCH: "wasm", GOTOOLCHAIN: "local", GOFLAGS: "-buildvcs=false" },
      stdio: "pipe",
    });
    return readFileSync(output);
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
