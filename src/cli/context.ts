/** Where text goes. Writing is buffered by the stream; `flush` waits until everything has left the process. */
export interface Output {
  write(text: string): void;
  readonly isTTY: boolean;
  /** Width in cells; 80 where there is no terminal. */
  readonly columns: number;
  /** Whether colours may be used: a terminal, and NO_COLOR is not set (FORCE_COLOR decides before both). */
  readonly colour: boolean;
}

/** The process as a value: what a command may see of the world. Tests hand in their own. */
export interface Context {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. Paths in arguments are relative to it; nothing calls `process.chdir`. */
  readonly cwd: string;
  /** Aborted by the first Ctrl-C, SIGTERM or SIGHUP. Everything that waits takes it. */
  readonly signal: AbortSignal;
  now(): Date;
}

/** The same process seen from another folder or with another environment. */
export function within(context: Context, { env, cwd }: Partial<Pick<Context, "env" | "cwd">>): Context {
  return {
    get stdin() {
      return context.stdin;
    },
    stdout: context.stdout,
    stderr: context.stderr,
    env: env ?? context.env,
    cwd: cwd ?? context.cwd,
    signal: context.signal,
    now: () => context.now(),
  };
}
