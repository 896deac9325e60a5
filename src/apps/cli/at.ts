import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { formatError } from "../../core/errors.js";
import { coverSpec } from "../../core/impact/cover-secrets.js";
import type { FleetApplication } from "../../core/impact/fleet-state.js";
import { objectAt, stringAt } from "../../core/manifest/value.js";
import { addFleetOptions, type FleetOptions, withFleet } from "./fleet-options.js";
import type { CliIo } from "./io.js";
import { formatTable, outputOption, printValue } from "./output.js";

/** `fleetwright at REV`: the fleet as of a commit. */
export function registerAt(program: Command, io: CliIo): void {
  addFleetOptions(program.command("at <revision>").description("the Applications of the fleet as of a commit"))
    .addOption(outputOption(["table", "name", "json", "yaml"]))
    .action((revision: string, options: FleetOptions & { readonly output: string }) =>
      withFleet(io, options, async (fleet) => {
        const state = await fleet.at(await fleet.checkout.resolve(revision));
        const applications = [...state.applications.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
        if (options.output === "name") io.out(applications.map((application) => `${application.name}\n`).join(""));
        else if (options.output === "table") io.out(table(applications));
        else printValue(io, applications.map(asManifest), options.output);
        for (const { key, errors } of state.applicationSets.values())
          for (const error of errors) io.err(`ApplicationSet ${key}: ${formatError(error)}\n`);
        for (const { error } of state.problems) io.err(`${formatError(error)}\n`);
      }),
    );
}

function table(applications: readonly FleetApplication[]): string {
  return formatTable(
    ["APPLICATION", "PROJECT", "DESTINATION", "PATH", "RESOURCES", "FROM"],
    applications.map((application) => {
      const { spec, render, origin } = application;
      const destination = objectAt(spec, "destination");
      const from = origin.kind === "applicationSet" ? `ApplicationSet ${origin.applicationSet}` : origin.file;
      const resources = render.error ? `error: ${formatError(render.error)}` : String(render.manifests.length);
      const source = objectAt(spec, "source");
      return [
        application.name,
        stringAt(spec, "project"),
        stringAt(destination, "name") || stringAt(destination, "server"),
        stringAt(source, "path") || stringAt(source, "chart"),
        resources,
        from,
      ];
    }),
  );
}

/** What Secrets hold is covered in options of the tools too; `appset generate` has the Applications as they are. */
function asManifest({ metadata, spec, render }: FleetApplication): unknown {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata,
    spec: coverSpec(spec, render.manifests, randomBytes(16).toString("hex")),
  };
}
