import { fstatSync, writeSync } from "node:fs";
import type { Output } from "../context.ts";

/** An output of this process. What it writes has left the process when `write` returns, or `flush` resolves. */
export interface ProcessOutput extends Output {
  flush(): Promise<void>;
}

interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  /** Called once, when the reader has gone away (EPIPE). */
  onClosed: () => void;
  /** The stream of the same descriptor, made only where writing directly can't go on. */
  stream: () => NodeJS.WriteStream;
}

/**
 * Writes to a descriptor directly: making `process.stdout` loads the stream, tty and net modules, which
 * costs more than all the rest of a short command. A descriptor that is full and doesn't block (EAGAIN)
 * is handed over to that stream for good.
 */
export function outputTo(fd: 1 | 2, { env, onClosed, stream }: Surroundings): ProcessOutput {
  let closed = false;
  let handedOver: NodeJS.WriteStream | undefined;
  let terminal: boolean | undefined;

  const close = (): void => {
    if (closed) return;
    closed = true;
    onClosed();
  };
  const handOver = (): NodeJS.WriteStream => {
    const made = stream();
    made.on("error", close);
    return made;
  };
  const isTTY = (): boolean => {
    terminal ??= mayBeTerminal(fd) && stream().isTTY === true;
    return terminal;
  };

  return {
    write(text) {
      if (closed || text === "") return;
      if (handedOver !== undefined) {
        handedOver.write(text);
        return;
      }
      const bytes = Buffer.from(text);
      let sent = 0;
      while (sent < bytes.length) {
        try {
          sent += writeSync(fd, bytes, sent);
        } catch (error) {
          if (errorCode(error) === "EINTR") continue;
          if (errorCode(error) !== "EAGAIN") return close();
          handedOver = handOver();
          handedOver.write(bytes.subarray(sent));
          return;
        }
      }
    },
    get isTTY() {
      return isTTY();
    },
    get columns() {
      return isTTY() ? (stream().columns ?? 80) : 80;
    },
    get colour() {
      return allowsColour(env, isTTY);
    },
    async flush() {
      const waiting = handedOver;
      if (closed || waiting === undefined || waiting.writableLength === 0) return;
      await new Promise<void>(resolve => {
        waiting.once("error", () => resolve());
        waiting.write("", () => resolve());
      });
    },
  };
}

/** FORCE_COLOR decides first, then NO_COLOR (https://no-color.org), then whether it is a terminal. */
export function allowsColour(
  env: Readonly<Record<string, string | undefined>>,
  isTTY: () => boolean,
): boolean {
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  if (env["NO_COLOR"]) return false;
  return env["TERM"] !== "dumb" && isTTY();
}

function mayBeTerminal(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice();
  } catch {
    return false;
  }
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
