import { Command, CommanderError } from "commander";
import { packageVersion } from "../fleet/program-version.js";
import type { CliIo } from "./io.js";
import { summaries } from "./summaries.js";

/** Adds one command (with its subcommands) to the program. */
export type Register = (program: Command, io: CliIo) => void;

/** Each command is a file of this folder, read when it is asked for: what one does not use, it does not pay for. */
export type Commands = ReadonlyMap<string, () => Promise<Register>>;

/** The command line with the command that `args` name, or with a line of each where they name none. */
export async function createProgram(io: CliIo, args: readonly string[], commands: Commands): Promise<Command> {
  const program = new Command("fleetwright")
    .description("Fleet-wide GitOps for Kubernetes: the fleet is a pure function of a commit")
    .showHelpAfterError("(fleetwright COMMAND --help shows what it takes)")
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err });
  const [first, second] = args.filter((arg) => !arg.startsWith("-"));
  const load = commands.get((first === "help" ? second : first) ?? "");
  if (load) (await load())(program, io);
  else addOverview(program);
  return program;
}

function addOverview(program: Command): void {
  // Options of the program are taken anywhere in a line, and `helm template` has a --version of its own.
  program.version(`fleetwright ${packageVersion()}`, "-V, --version", "print the version");
  for (const [usage, does] of summaries) {
    const command = program.command(usage.replace(" [options]", "")).description(does);
    if (usage.includes(" [options]")) command.option("--option");
  }
}

/** Runs the command line; a usage error is exit code 2. */
export async function runCommands(io: CliIo, args: readonly string[], commands: Commands): Promise<void> {
  try {
    await (await createProgram(io, args, commands)).parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) io.setExitCode(2);
  }
}
