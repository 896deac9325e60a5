import { registerImpact } from "./impact.js";
import { processIo } from "./io.js";
import { runCommands } from "./run-commands.js";

/** The entry of the bundle of `impact`, which people and CI run for every change. */
export async function runBundledProgram(args: readonly string[]): Promise<void> {
  const io = processIo();
  await runCommands(io, args, new Map([["impact", async () => registerImpact]]));
  await io.written();
}
