import { type Command, Option } from "commander";
import { InputError } from "../../core/errors.js";
import type { FleetApplication, FleetState } from "../../core/impact/fleet-state.js";
import { type OpenFleet, type OpenFleetOptions, openFleet } from "../fleet/open-fleet.js";
import { collect } from "./collect.js";
import { type CliIo, guarded } from "./io.js";

/** How every command that reads a fleet from a clone is told where it is. */
export interface FleetOptions {
  readonly checkout?: string;
  readonly repo: readonly string[];
  readonly offline?: boolean;
  readonly allowFileRepositories?: boolean;
  readonly revision?: string;
  readonly worktree?: boolean;
}

export function addFleetOptions(command: Command): Command {
  return command
    .addOption(new Option("--checkout <dir>", "the clone to read (default: the one around the current folder)"))
    .addOption(
      new Option("--repo <url=path>", "a clone of another repository that sources name; may be repeated")
        .default([])
        .argParser(collect),
    )
    .option("--offline", "fetch nothing: other repositories and charts that sources name are an error of their Applications")
    .option("--allow-file-repositories", "also fetch file:// repositories and local paths");
}

export function addRevisionOptions(command: Command): Command {
  return addFleetOptions(command)
    .addOption(new Option("--revision <revision>", "the commit to read (default: the files as they are now)"))
    .option("--worktree", "the files as they are now, committed or not (the default)");
}

/** Runs an action with the fleet of a clone; an error is printed and becomes exit code 2. */
export async function withFleet(
  io: CliIo,
  options: FleetOptions & Pick<OpenFleetOptions, "onSelection">,
  action: (fleet: OpenFleet) => Promise<void>,
): Promise<void> {
  await guarded(io, async () => {
    const fleet = await openFleet({
      directory: options.checkout ?? io.cwd,
      repos: options.repo,
      note: (text) => io.err(`${text}\n`),
      env: io.env,
      ...(options.offline ? {} : { fetches: { allowFileRepositories: options.allowFileRepositories === true } }),
      ...(options.onSelection ? { onSelection: options.onSelection } : {}),
    });
    try {
      await action(fleet);
    } finally {
      fleet.close();
    }
  });
}

/** The state that `--revision` or `--worktree` asks for, with the id of its tree. */
export async function chosenState(
  fleet: OpenFleet,
  options: FleetOptions,
): Promise<{ readonly id: string; readonly state: FleetState }> {
  const id =
    options.revision !== undefined && !options.worktree
      ? await fleet.checkout.resolve(options.revision)
      : await fleet.checkout.worktree();
  return { id, state: await fleet.at(id) };
}

/** An Application by `name` or `namespace/name`. Throws InputError, with names that are alike. */
export function findApplication(state: FleetState, name: string): FleetApplication {
  const found = state.applications.get(name) ?? [...state.applications.values()].find((application) => application.name === name);
  if (found) return found;
  const alike = [...state.applications.values()].filter((application) => application.name.includes(name)).slice(0, 5);
  throw new InputError(`the fleet has no Application ${name}`, {
    code: "FLEET_NO_APPLICATION",
    hint:
      alike.length > 0 ? `alike: ${alike.map((application) => application.name).join(", ")}` : "fleetwright at HEAD lists them",
  });
}
