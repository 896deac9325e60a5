import { Command, CommanderError } from "commander";
import type { CliIo } from "./io.js";

/** Adds one command (with its subcommands) to the program. */
export type Register = (program: Command, io: CliIo) => void;

/** Each command is a file of this folder, read when it is asked for: what one does not use, it does not pay for. */
const commands: ReadonlyMap<string, () => Promise<Register>> = new Map([
  ["adopt", async () => (await import("./adopt.js")).registerAdopt],
  ["app", async () => (await import("./app.js")).registerApp],
  ["appset", async () => (await import("./appset.js")).registerAppset],
  ["drift", async () => (await import("./drift.js")).registerDrift],
  ["cluster", async () => (await import("./cluster.js")).registerCluster],
  ["proj", async () => (await import("./proj.js")).registerProj],
  ["impact", async () => (await import("./impact.js")).registerImpact],
  ["diff", async () => (await import("./diff.js")).registerDiff],
  ["render", async () => (await import("./render.js")).registerRender],
  ["at", async () => (await import("./at.js")).registerAt],
  ["blame", async () => (await import("./blame.js")).registerBlame],
  ["explain", async () => (await import("./explain.js")).registerExplain],
  ["scan", async () => (await import("./scan.js")).registerScan],
  ["compare", async () => (await import("./compare.js")).registerCompare],
  ["what-if", async () => (await import("./what-if.js")).registerWhatIf],
  ["plan", async () => (await import("./plan.js")).registerPlan],
  ["lint", async () => (await import("./lint.js")).registerLint],
  ["kustomize", async () => (await import("./kustomize.js")).registerKustomize],
  ["helm", async () => (await import("./helm.js")).registerHelm],
  ["controller", async () => (await import("./controller.js")).registerController],
  ["demo", async () => (await import("./demo.js")).registerDemo],
]);

/** The command line with the command that `args` name, or with all where they name none. */
export async function createProgram(io: CliIo, args: readonly string[]): Promise<Command> {
  const program = new Command("fleetwright")
    .description("Fleet-wide GitOps for Kubernetes: the fleet is a pure function of a commit")
    .showHelpAfterError("(fleetwright COMMAND --help shows what it takes)")
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err });
  const named = commands.get(args.find((arg) => !arg.startsWith("-")) ?? "");
  const loads = named && !args.includes("help") ? [named] : [...commands.values()];
  for (const load of loads) (await load())(program, io);
  return program;
}

/** Runs the command line; a usage error is exit code 2. */
export async function runProgram(io: CliIo, args: readonly string[]): Promise<void> {
  try {
    await (await createProgram(io, args)).parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) io.setExitCode(2);
  }
}
