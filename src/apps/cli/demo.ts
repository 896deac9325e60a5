import { type Command, InvalidArgumentError, Option } from "commander";
import { type DemoOptions, runDemo } from "../demo/run-demo.js";
import { type CliIo, guarded } from "./io.js";

/** `fleetwright demo`: the main job on simulated clusters. Exit code 2 when anything that it tells does not hold. */
export function registerDemo(program: Command, io: CliIo): void {
  program
    .command("demo")
    .description("one commit drives a fleet of Applications on simulated clusters")
    .option("--services <count>", "microservices", countUpTo(1000), 30)
    .option("--envs <count>", "environments, 1 to 6", countUpTo(6), 3)
    .option("--regions <count>", "regions, 1 to 12", countUpTo(12), 4)
    .option("--once", "end after the story", false)
    .option("--port <port>", "port of the page, metrics and webhook (0: any free one)", countUpTo(65_535, 0), 0)
    .option("--data-dir <dir>", "keep the repository, the kubeconfig and the caches here (default: a temporary folder)")
    .option("--speed <factor>", "simulated seconds a second", Number, 20)
    .addOption(new Option("--report <file>", "write the figures of the run as JSON").hideHelp())
    .action((options: DemoOptions) => guarded(io, () => runDemo(io, options)));
}

function countUpTo(most: number, least = 1): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (Number.isInteger(count) && count >= least && count <= most) return count;
    throw new InvalidArgumentError(`must be a whole number from ${least} to ${most}`);
  };
}
