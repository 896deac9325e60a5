import type { Command } from "commander";
import { InputError } from "../../core/errors.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ClusterPort } from "../../ports/cluster.js";
import { patchApplication } from "./app-sync.js";
import { addSelectionOptions, chooseApplications, type SelectionOptions } from "./application-selection.js";
import { addHubOptions, type HubOptions, withHub } from "./hub-options.js";
import type { CliIo } from "./io.js";
import { actOnEach, printOutcomes } from "./outcomes.js";
import { type OutputFormat, outputOption } from "./output.js";

interface Options extends HubOptions, SelectionOptions {
  readonly output: OutputFormat;
  readonly cascade: boolean;
  readonly propagationPolicy: string;
  readonly yes?: boolean;
}

const finalizer = "resources-finalizer.argocd.argoproj.io";

/** `fleetwright app delete [NAMES]`: asks for `--yes`, since its resources go too unless `--no-cascade` says otherwise. */
export function registerAppDelete(app: Command, io: CliIo): void {
  addSelectionOptions(
    addHubOptions(app.command("delete [names...]").description("delete Applications and, unless --no-cascade, their resources")),
  )
    .option("--no-cascade", "leave the resources in the cluster")
    .option("--propagation-policy <policy>", "foreground or background", "foreground")
    .option("--yes", "really delete")
    .addOption(outputOption())
    .action((names: readonly string[], options: Options) =>
      withHub(io, options, async (hub) => {
        const chosen = await chooseApplications(hub, names, options);
        if (!options.yes) throw unconfirmed(chosen, options);
        const outcomes = await actOnEach(io, chosen, (application) => deleteApplication(hub, application, options));
        printOutcomes(io, outcomes, options.output);
      }),
    );
}

function unconfirmed(chosen: readonly KubernetesObject[], { cascade }: Options): InputError {
  const names = chosen.map(({ metadata }) => metadata.name).join(", ");
  const whose = chosen.length === 1 ? "its" : "their";
  const what = cascade ? `${names} and all ${whose} resources` : `${names}, leaving ${whose} resources`;
  return new InputError(`this deletes ${what}`, { code: "CLI_CONFIRM", hint: "add --yes" });
}

async function deleteApplication(
  hub: ClusterPort,
  application: KubernetesObject,
  { cascade, propagationPolicy }: Options,
): Promise<string> {
  const { apiVersion, kind, metadata } = application;
  const others = (metadata.finalizers ?? []).filter((entry) => !entry.startsWith(finalizer));
  const own = propagationPolicy === "background" ? `${finalizer}/background` : finalizer;
  await patchApplication(hub, application, { metadata: { finalizers: cascade ? [...others, own] : others } });
  await hub.delete({ apiVersion, kind, namespace: metadata.namespace ?? "", name: metadata.name });
  return "deletion requested";
}
