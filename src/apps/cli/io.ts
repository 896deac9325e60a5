import { fstatSync, writeSync } from "node:fs";
import { formatError } from "../../core/errors.js";
import { pageText } from "./pager.js";

/** What a command may know of the process around it; tests hand in one that records. */
export interface CliIo {
  /** Text for standard output; no line break is added. */
  out(text: string): void;
  /** Text for standard error. */
  err(text: string): void;
  /** 0 done, 1 differences found, 2 error. The last call counts. */
  setExitCode(code: 0 | 1 | 2): void;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether standard output is a terminal that shows colours. */
  readonly color: boolean;
  /** Whether standard error is a terminal: progress bars are drawn only there. */
  readonly interactive: boolean;
  readonly columns: number;
  /** Text for standard output through the user's pager, where that is a terminal; absent: there is none. Resolves when the pager ends. */
  readonly page?: ((text: string) => Promise<void>) | undefined;
  /** All of standard input as text. */
  readInput(): Promise<string>;
  /** Aborted by Ctrl-C or SIGTERM from the first time on that a command asks for it; a command that never does ends at once. */
  readonly stop: AbortSignal;
}

/** The CliIo of this process. What is not asked for is not made: Node's streams take as long to load as a small chart to render. */
export function processIo(): CliIo {
  let stop: AbortSignal | undefined;
  let isTerminal: boolean | undefined;
  const toTerminal = () => {
    isTerminal ??= isDevice(1) && process.stdout.isTTY === true;
    return isTerminal;
  };
  return {
    out: (text) => writeOut(text, toTerminal()),
    err: (text) => void process.stderr.write(text),
    setExitCode: (code) => {
      process.exitCode = code;
    },
    cwd: process.cwd(),
    env: process.env,
    get color() {
      return toTerminal() && (process.env["NO_COLOR"] ?? "") === "";
    },
    get interactive() {
      return isDevice(2) && process.stderr.isTTY === true;
    },
    get columns() {
      return (toTerminal() ? process.stdout.columns : undefined) ?? 120;
    },
    get page() {
      return toTerminal() ? (text: string) => pageText(text, process.env) : undefined;
    },
    async readInput() {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString("utf8");
    },
    get stop() {
      stop ??= stopSignal();
      return stop;
    },
  };
}

/** Terminals are character devices. */
function isDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    return true;
  }
}

let usesStream = false;

/** Pipes and files take text at once; what they do not (a reader that is slow or gone), the stream deals with, and all that follows. */
function writeOut(text: string, toTerminal: boolean): void {
  if (toTerminal || usesStream) {
    process.stdout.write(text);
    return;
  }
  const bytes = Buffer.from(text);
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(1, bytes, written);
  } catch {
    usesStream = true;
    process.stdout.write(bytes.subarray(written));
  }
}

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort());
  return stop.signal;
}

/** Runs an action; an error is printed for a person and becomes exit code 2. */
export async function guarded(io: CliIo, action: () => Promise<void> | void): Promise<void> {
  try {
    await action();
  } catch (error) {
    io.err(`Error: ${formatError(error)}\n`);
    io.setExitCode(2);
  }
}
