import type { Command } from "commander";
import type { KubernetesObject } from "../../core/manifest/object.js";
import type { Value } from "../../core/manifest/value.js";
import { emitYaml } from "../../core/yaml/emit.js";
import { emitJson } from "../../core/yaml/json.js";
import { addRevisionOptions, chosenState, type FleetOptions, findApplication, withFleet } from "./fleet-options.js";
import type { CliIo } from "./io.js";
import { formatTable, outputOption } from "./output.js";

/** `fleetwright render [APP...]`: the manifests as they go to the cluster. Exit code 2 when one cannot be rendered. */
export function registerRender(program: Command, io: CliIo): void {
  addRevisionOptions(
    program.command("render [applications...]").description("the manifests of Applications, without a cluster (default: all)"),
  )
    .addOption(outputOption(["yaml", "json", "table"], "yaml"))
    .action((names: readonly string[], options: FleetOptions & { readonly output: string }) =>
      withFleet(io, options, async (fleet) => {
        const { state } = await chosenState(fleet, options);
        const chosen = names.length > 0 ? names.map((name) => findApplication(state, name)) : [...state.applications.values()];
        for (const application of chosen) {
          const { error } = application.render;
          if (!error) continue;
          io.err(`Error: ${application.name}: ${error.location ? `${error.location.file}: ` : ""}${error.message}\n`);
          io.setExitCode(2);
        }
        const manifests = chosen.flatMap((application) => application.render.manifests);
        if (options.output === "table") io.out(table(manifests));
        else if (options.output === "json") io.out(`${emitJson(manifests as unknown as Value, { indent: 2 })}\n`);
        else io.out(manifests.map((manifest) => emitYaml(manifest as unknown as Value, { style: "kubernetes" })).join("---\n"));
      }),
    );
}

function table(manifests: readonly KubernetesObject[]): string {
  return formatTable(
    ["APIVERSION", "KIND", "NAMESPACE", "NAME"],
    manifests.map(({ apiVersion, kind, metadata }) => [apiVersion, kind, metadata.namespace ?? "", metadata.name]),
  );
}
