import { formatError } from "../../core/errors.js";
import { pageText } from "./pager.js";
import { textOutput } from "./text-output.js";

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
  page?(text: string): Promise<void>;
  /** All of standard input as text. */
  readInput(): Promise<string>;
  /** Aborted by Ctrl-C or SIGTERM from the first time on that a command asks for it; a command that never does ends at once. */
  readonly stop: AbortSignal;
}

/** The CliIo of this process. `written` resolves when all text was handed to the system. */
export function processIo(): CliIo & { written(): Promise<void> } {
  let stop: AbortSignal | undefined;
  const out = textOutput(1);
  const err = textOutput(2);
  return {
    out: out.write,
    err: err.write,
    async written() {
      await out.written();
      await err.written();
    },
    setExitCode: (code) => {
      process.exitCode = code;
    },
    cwd: process.cwd(),
    env: process.env,
    color: out.isTerminal && (process.env["NO_COLOR"] ?? "") === "",
    interactive: err.isTerminal,
    columns: (out.isTerminal ? process.stdout.columns : undefined) ?? 120,
    ...(out.isTerminal ? { page: (text: string) => pageText(text, process.env) } : {}),
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

/** The first signal asks; the second, whichever of the two it is, ends the process as if nobody listened. */
function stopSignal(): AbortSignal {
  const names = ["SIGINT", "SIGTERM"] as const;
  const stop = new AbortController();
  const ask = (): void => {
    for (const name of names) process.removeListener(name, ask);
    stop.abort();
  };
  for (const name of names) process.on(name, ask);
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
