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
  await runCommands(io, args, new Map([["helm", async () => register]]));
  await io.written();
}
