import type { Command } from "commander";
import { registerAppsetDiff } from "./appset-diff.js";
import { registerAppsetGenerate } from "./appset-generate.js";
import type { CliIo } from "./io.js";

/** `fleetwright appset …`: what ApplicationSets generate, with no cluster and no server. */
export function registerAppset(program: Command, io: CliIo): void {
  const appset = program.command("appset").description("what ApplicationSets generate, without a cluster");
  registerAppsetGenerate(appset, io);
  registerAppsetDiff(appset, io);
}
