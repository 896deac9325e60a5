import { setFlagsFromString } from "node:v8";
import type { Command } from "commander";
import { registerTemplate } from "./helm-template.js";
import { type CliIo, processIo } from "./io.js";
import { runCommands } from "./run-commands.js";

const register = (program: Command, io: CliIo): void => {
  registerTemplate(program.command("helm").description("charts, rendered in process"), io);
};

/** The entry of the small bundle: `helm template` of charts on the disk. */
export async function runBundledProgram(args: readonly string[]): Promise<void> {
  const io = processIo();
  // A render is over before most code that V8 would optimise meanwhile has paid: only what is much hotter than usual is worth it.
  // Set here, since another set of flags would make V8 refuse the compiled forms of what is loaded before.
  setFlagsFromString("--interrupt-budget=1000000");
  await runCommands(io, args, new Map([["helm", async () => register]]));
}
