import { processIo } from "./io.js";
import { registerKustomize } from "./kustomize.js";
import { runCommands } from "./run-commands.js";

/** For programs that render many directories of a clone in one process, started as the command is. */
export { openCheckout } from "../../adapters/git/checkout.js";
export { buildKustomization, KustomizeSession } from "../../core/kustomize/index.js";

/** The entry of the small bundle: `kustomize build`. */
export async function runBundledProgram(args: readonly string[]): Promise<void> {
  const io = processIo();
  await runCommands(io, args, new Map([["kustomize", async () => registerKustomize]]));
  await io.written();
}
