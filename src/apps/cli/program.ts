import { Command, CommanderError } from "commander";
import { registerAdopt } from "./adopt.js";
import { registerApp } from "./app.js";
import { registerAppset } from "./appset.js";
import { registerAt } from "./at.js";
import { registerCluster } from "./cluster.js";
import { registerCompare } from "./compare.js";
import { registerController } from "./controller.js";
import { registerDemo } from "./demo.js";
import { registerDiff } from "./diff.js";
import { registerDrift } from "./drift.js";
import { registerHelm } from "./helm.js";
import { registerImpact } from "./impact.js";
import type { CliIo } from "./io.js";
import { registerKustomize } from "./kustomize.js";
import { registerProj } from "./proj.js";
import { registerRender } from "./render.js";
import { registerWhatIf } from "./what-if.js";

/** Adds one command (with its subcommands) to the program. */
export type Register = (program: Command, io: CliIo) => void;

const commands: readonly Register[] = [
  registerAdopt,
  registerApp,
  registerAppset,
  registerDrift,
  registerCluster,
  registerProj,
  registerImpact,
  registerDiff,
  registerRender,
  registerAt,
  registerCompare,
  registerWhatIf,
  registerKustomize,
  registerHelm,
  registerController,
  registerDemo,
];

/** The whole command line; each command is a file of this folder. */
export function createProgram(io: CliIo): Command {
  const program = new Command("fleetwright")
    .description("Fleet-wide GitOps for Kubernetes: the fleet is a pure function of a commit")
    .showHelpAfterError("(fleetwright COMMAND --help shows what it takes)")
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err });
  for (const register of commands) register(program, io);
  return program;
}

/** Runs the command line; a usage error is exit code 2. */
export async function runProgram(io: CliIo, args: readonly string[]): Promise<void> {
  try {
    await createProgram(io).parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) io.setExitCode(2);
  }
}
