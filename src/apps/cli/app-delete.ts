import type { Command } from "commander";
import { InputError } from "../../core/errors.js";
import { patchApplication } from "./app-sync.js";
import { getApplication } from "./application-selection.js";
import { addHubOptions, type HubOptions, withHub } from "./hub-options.js";
import type { CliIo } from "./io.js";

interface Options extends HubOptions {
  readonly cascade: boolean;
  readonly propagationPolicy: string;
  readonly yes?: boolean;
}

const finalizer = "resources-finalizer.argocd.argoproj.io";

/** `fleetwright app delete NAME`: asks for `--yes`, since its resources go too unless `--no-cascade` says otherwise. */
export function registerAppDelete(app: Command, io: CliIo): void {
  addHubOptions(app.command("delete <name>").description("delete an Application and, unless --no-cascade, its resources"))
    .option("--no-cascade", "leave the resources in the cluster")
    .option("--propagation-policy <policy>", "foreground or background", "foreground")
    .option("--yes", "really delete")
    .action((name: string, options: Options) =>
      withHub(io, options, async (hub) => {
        const application = await getApplication(hub, name, options.namespace);
        if (!options.yes) {
          const what = options.cascade ? `${name} and all its resources` : `${name}, leaving its resources`;
          throw new InputError(`this deletes ${what}`, { code: "CLI_CONFIRM", hint: "add --yes" });
        }
        const others = (application.metadata.finalizers ?? []).filter((entry) => !entry.startsWith(finalizer));
        const own = options.propagationPolicy === "background" ? `${finalizer}/background` : finalizer;
        await patchApplication(hub, application, { metadata: { finalizers: options.cascade ? [...others, own] : others } });
        await hub.delete({ apiVersion: application.apiVersion, kind: application.kind, namespace: options.namespace, name });
        io.out(`${name}: deletion requested\n`);
      }),
    );
}
