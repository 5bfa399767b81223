import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What one run of a whole command cost. */
export interface Cost {
  wallMs: number;
  /** User and system time of the process and the children it waited for. */
  cpuMs: number;
  peakMiB: number;
  exitCode: number;
}

export interface Measured {
  command: readonly string[];
  cwd: string;
  env?: NodeJS.ProcessEnv;
}

/** The greatest resident size that the processes below one have reached, so far, in KiB. */
function peakBelow(pid: number): number {
  let peak = 0;
  try {
    for (const child of readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")) {
      if (child === "") continue;
      const line = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${child}/status`, "utf8"));
      peak = Math.max(peak, Number(line?.[1] ?? 0), peakBelow(Number(child)));
    }
  } catch {
    // A process that has just ended has no files any more.
  }
  return peak;
}

/** Runs a command once under the shell's own `time`; its output is thrown away. */
export function measure({ command, cwd, env }: Measured): Promise<Cost> {
  const folder = mkdtempSync(join(tmpdir(), "kpt-bench-"));
  const file = join(folder, "time");
  const script =
    'TIMEFORMAT="%3R %3U %3S"; file=$1; shift; { time "$@" >/dev/null 2>&1 </dev/null; } 2>"$file"';
  return new Promise((done, fail) => {
    const child = spawn("bash", ["-c", script, "bash", file, ...command], {
      cwd,
      env: env ?? process.env,
      stdio: "ignore",
    });
    let peakKiB = 0;
    const timer = setInterval(() => {
      peakKiB = Math.max(peakKiB, peakBelow(child.pid ?? 0));
    }, 4);
    child.on("error", fail);
    child.on("close", code => {
      clearInterval(timer);
      const [wall, user, system] = readFileSync(file, "utf8")
        .trim()
        .split("\n")
        .at(-1)!
        .split(" ")
        .map(Number);
      rmSync(folder, { recursive: true });
      done({
        wallMs: (wall ?? 0) * 1000,
        cpuMs: ((user ?? 0) + (system ?? 0)) * 1000,
        peakMiB: peakKiB / 1024,
        exitCode: code ?? -1,
      });
    });
  });
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Medians over several runs. Setting up before each run, for example a fresh copy, isn't measured. */
export async function measureMany(runs: number, prepare: () => Measured | Promise<Measured>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let run = 0; run < runs; run++) costs.push(await measure(await prepare()));
  return {
    wallMs: median(costs.map(cost => cost.wallMs)),
    cpuMs: median(costs.map(cost => cost.cpuMs)),
    peakMiB: Math.max(...costs.map(cost => cost.peakMiB)),
    exitCode: costs.find(cost => cost.exitCode !== 0)?.exitCode ?? 0,
  };
}
