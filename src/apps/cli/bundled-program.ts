import { cloneCommands } from "./clone-commands.js";
import { processIo } from "./io.js";
import { runCommands } from "./run-commands.js";

/** The entry of the bundle: the commands that need a clone only. */
export async function runBundledProgram(args: readonly string[]): Promise<void> {
  const io = processIo();
  await runCommands(io, args, cloneCommands);
  await io.written();
}
