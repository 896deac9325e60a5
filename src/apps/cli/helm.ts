import type { Command } from "commander";
import { registerDependency } from "./helm-dependency.js";
import { registerTemplate } from "./helm-template.js";
import type { CliIo } from "./io.js";

/** `fleetwright helm`: charts, rendered in process. */
export function registerHelm(program: Command, io: CliIo): void {
  const helm = program.command("helm").description("charts, rendered in process");
  registerDependency(helm, io);
  registerTemplate(helm, io);
}
