import { homedir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import type { ClusterConnection, ClusterPort } from "../../ports/cluster.js";
import type { Inspector } from "../inspect/open-inspector.js";
import { addHubOptions, type HubOptions, withHub } from "./hub-options.js";
import type { CliIo } from "./io.js";

/** How a command that renders and compares by itself is told where things are. */
export interface InspectOptions extends HubOptions {
  readonly dataDir?: string;
  readonly knownHosts?: string;
  readonly allowFileRepositories?: boolean;
}

export function addInspectOptions(command: Command): Command {
  const added = addHubOptions(command)
    .option("--data-dir <folder>", "where git mirrors are kept (default: $FLEETWRIGHT_DATA_DIR, ~/.cache/fleetwright)")
    .option("--known-hosts <file>", "known_hosts for ssh repositories");
  return addFileRepositories(added);
}

/** `diff` reads a clone and clusters, and has one option for both. */
function addFileRepositories(command: Command): Command {
  const flag = "--allow-file-repositories";
  return command.options.some(({ long }) => long === flag)
    ? command
    : command.option(flag, "also read file:// repositories and local paths");
}

/** For who promises to change nothing: clients that refuse each write. */
interface Clients {
  readonly wrap?: (hub: ClusterPort) => ClusterPort;
  readonly connect?: (connection: ClusterConnection) => ClusterPort;
}

/** Runs an action with an inspector, which is closed afterwards; an error is printed and becomes exit code 2. */
export async function withInspector(
  io: CliIo,
  options: InspectOptions & Clients,
  action: (inspector: Inspector, hub: ClusterPort) => Promise<void>,
): Promise<void> {
  await withHub(io, options, async (client) => {
    const hub = options.wrap?.(client) ?? client;
    // The renderers are large: who only lists Applications does not wait for them.
    const { openInspector } = await import("../inspect/open-inspector.js");
    const inspector = await openInspector({
      hub,
      namespace: options.namespace,
      dataDir: options.dataDir ?? io.env["FLEETWRIGHT_DATA_DIR"] ?? join(homedir(), ".cache", "fleetwright"),
      allowFileRepositories: options.allowFileRepositories === true,
      ...(options.connect ? { connect: options.connect } : {}),
      ...(options.knownHosts === undefined ? {} : { knownHosts: options.knownHosts }),
    });
    try {
      await action(inspector, hub);
    } finally {
      await inspector.close();
    }
  });
}
