import type { Command } from "commander";
import { registerAdminExplainStuck } from "./admin-explain-stuck.js";
import { registerAdminExport } from "./admin-export.js";
import { registerAdminImport } from "./admin-import.js";
import { registerAdminQueue } from "./admin-queue.js";
import { registerAdminShards } from "./admin-shards.js";
import type { CliIo } from "./io.js";

/** `fleetwright admin export|import|shards|queue|explain-stuck`: for those who run the control plane. */
export function registerAdmin(program: Command, io: CliIo): void {
  const admin = program.command("admin").description("look after a control plane: back up, restore, see who works on what");
  for (const register of [
    registerAdminExport,
    registerAdminImport,
    registerAdminShards,
    registerAdminQueue,
    registerAdminExplainStuck,
  ])
    register(admin, io);
}
