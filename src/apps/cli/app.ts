import type { Command } from "commander";
import { registerAppActions } from "./app-actions.js";
import { registerAppDelete } from "./app-delete.js";
import { registerAppDiff, registerAppManifests } from "./app-diff.js";
import { registerAppGet } from "./app-get.js";
import { registerAppHistory } from "./app-history.js";
import { registerAppList } from "./app-list.js";
import { registerAppSync } from "./app-sync.js";
import { registerAppTerminate } from "./app-terminate.js";
import { registerAppWait } from "./app-wait.js";
import type { CliIo } from "./io.js";

/** `fleetwright app …`: Applications on a hub. */
export function registerApp(program: Command, io: CliIo): void {
  const app = program.command("app").description("Applications on a hub");
  for (const register of [
    registerAppList,
    registerAppGet,
    registerAppDiff,
    registerAppManifests,
    registerAppActions,
    registerAppSync,
    registerAppWait,
    registerAppTerminate,
    registerAppHistory,
    registerAppDelete,
  ])
    register(app, io);
}
