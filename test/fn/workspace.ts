import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import type { TestContext } from "node:test";
import type { Context, Output } from "../../src/cli/context.ts";
import { main } from "../../src/cli/main.ts";

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** A temporary folder with files in it, and kpt to be run there without a process of its own. */
export class Workspace {
  readonly root: string;

  constructor(t: TestContext, files: Readonly<Record<string, string>>) {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), "kpt-fn-")));
    t.after(() => rmSync(this.root, { recursive: true, force: true }));
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  write(path: string, text: string): void {
    const at = join(this.root, path);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, text);
    if (text.startsWith("#!")) chmodSync(at, 0o755);
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), "utf8");
  }

  /** Every file with its text, to see that nothing changed. */
  all(): Record<string, string> {
    const files = readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name).slice(this.root.length + 1));
    return Object.fromEntries(files.sort().map(path => [path, this.read(path)]));
  }

  async kpt(
    args: string[],
    options: { stdin?: string; env?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<Ran> {
    const stdout = new Sink();
    const stderr = new Sink();
    const context: Context = {
      stdin: Readable.from([options.stdin ?? ""]),
      stdout,
      stderr,
      env: { PATH: process.env["PATH"], HOME: this.root, ...options.env },
      cwd: this.root,
      signal: options.signal ?? new AbortController().signal,
      now: () => new Date(0),
    };
    const code = await main(args, context);
    return { code, stdout: stdout.text, stderr: stderr.text.replace(/ in [0-9.]+m?s\n/g, " in 0s\n") };
  }
}

class Sink implements Output {
  text = "";
  readonly isTTY = false;
  readonly columns = 80;
  readonly colour = false;

  write(text: string): void {
    this.text += text;
  }
}

export function kptfile(...mutators: string[]): string {
  const steps = mutators.map(command => `    - exec: ${JSON.stringify(command)}\n`).join("");
  return `# licence\napiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: app # the name\n${steps === "" ? "" : `pipeline:\n  mutators:\n${steps}`}`;
}

export const configMap = (name: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  k: v\n`;
