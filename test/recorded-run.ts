import type { CliIo } from "#src/apps/cli/io.js";
import { runProgram } from "#src/apps/cli/program.js";

/** What a command printed and how it ended. */
export interface Recorded {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

/** Runs the command line in a folder, without a terminal and with an empty standard input. */
export async function recordedRun(args: readonly string[], cwd: string, env: CliIo["env"] = {}): Promise<Recorded> {
  const { io, recorded } = recordingIo(cwd, env);
  await runProgram(io, args);
  return recorded;
}

/** What `recordedRun` runs a command with, for tests that change something of it. */
export function recordingIo(cwd: string, env: CliIo["env"] = {}): { readonly io: CliIo; readonly recorded: Recorded } {
  const recorded = { out: "", err: "", code: 0 };
  const io: CliIo = {
    out: (text) => void (recorded.out += text),
    err: (text) => void (recorded.err += text),
    setExitCode: (code) => void (recorded.code = code),
    cwd,
    env,
    color: false,
    interactive: false,
    columns: 120,
    readInput: async () => "",
    stop: new AbortController().signal,
  };
  return { io, recorded };
}
