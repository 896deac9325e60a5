import type { Command } from "commander";
import { InputError } from "../../core/errors.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ClusterPort } from "../../ports/cluster.js";
import { patchApplication } from "./app-sync.js";
import { applicationRow } from "./application-row.js";
import { addSelectionOptions, chooseApplications, type SelectionOptions } from "./application-selection.js";
import { addHubOptions, type HubOptions, withHub } from "./hub-options.js";
import type { CliIo } from "./io.js";
import { actOnEach, printOutcomes } from "./outcomes.js";
import { type OutputFormat, outputOption } from "./output.js";

type Options = HubOptions & SelectionOptions & { readonly output: OutputFormat };

/** `fleetwright app terminate-op [NAMES]`: the controller ends what it is doing and the operation fails. */
export function registerAppTerminate(app: Command, io: CliIo): void {
  addSelectionOptions(
    addHubOptions(app.command("terminate-op [names...]").description("end the running operations of Applications")),
  )
    .addOption(outputOption())
    .action((names: readonly string[], options: Options) =>
      withHub(io, options, async (hub) => {
        const chosen = await chooseApplications(hub, names, options);
        const outcomes = await actOnEach(io, chosen, (application) => terminate(hub, application));
        printOutcomes(io, outcomes, options.output);
      }),
    );
}

async function terminate(hub: ClusterPort, application: KubernetesObject): Promise<string> {
  if (applicationRow(application).operation !== "Running") {
    throw new InputError(`${application.metadata.name} has no running operation`, { code: "APP_NO_OPERATION" });
  }
  await patchApplication(hub, application, { status: { operationState: { phase: "Terminating" } } });
  return "the operation is being ended";
}
