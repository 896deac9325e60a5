import { cloneCommands } from "./clone-commands.js";
import type { CliIo } from "./io.js";
import { type Commands, runCommands } from "./run-commands.js";

export const allCommands: Commands = new Map([
  ...cloneCommands,
  ["admin", async () => (await import("./admin.js")).registerAdmin],
  ["app", async () => (await import("./app.js")).registerApp],
  ["appset", async () => (await import("./appset.js")).registerAppset],
  ["drift", async () => (await import("./drift.js")).registerDrift],
  ["shadow", async () => (await import("./shadow.js")).registerShadow],
  ["cluster", async () => (await import("./cluster.js")).registerCluster],
  ["proj", async () => (await import("./proj.js")).registerProj],
  ["plan", async () => (await import("./plan.js")).registerPlan],
  ["controller", async () => (await import("./controller.js")).registerController],
  ["demo", async () => (await import("./demo.js")).registerDemo],
]);

/** Runs the command line; a usage error is exit code 2. */
export async function runProgram(io: CliIo, args: readonly string[]): Promise<void> {
  await runCommands(io, args, allCommands);
}
