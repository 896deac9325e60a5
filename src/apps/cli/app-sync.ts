import { type Command, Option } from "commander";
import { InputError } from "../../core/errors.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { listAt, objectAt, type Value, type ValueObject } from "../../core/manifest/value.js";
import type { ClusterPort } from "../../ports/cluster.js";
import { waitForApplications } from "./app-wait.js";
import { addSelectionOptions, getApplication, type SelectionOptions, selectApplications } from "./application-selection.js";
import { addHubOptions, type HubOptions, withHub } from "./hub-options.js";
import type { CliIo } from "./io.js";

interface Options extends HubOptions, SelectionOptions {
  readonly revision?: string;
  readonly prune?: boolean;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly resource?: readonly string[];
  readonly syncOption?: readonly string[];
  readonly async?: boolean;
  readonly timeout: string;
}

/** `fleetwright app sync`: requests one sync each and waits for its end; `app terminate-op` ends a running one. */
export function registerAppSync(app: Command, io: CliIo): void {
  addSelectionOptions(addHubOptions(app.command("sync [names...]").description("sync Applications to what git wants")))
    .option("--revision <revision>", "sync to this revision")
    .option("--prune", "delete what left git")
    .option("--dry-run", "ask the API server without changing anything")
    .option("--force", "delete and create anew what cannot be patched")
    .addOption(new Option("--resource <group:kind:name>", "only this resource; may be repeated").argParser(gather))
    .addOption(new Option("--sync-option <option>", "a sync option instead of the policy's; may be repeated").argParser(gather))
    .option("--async", "do not wait for the end")
    .option("--timeout <seconds>", "how long to wait", "300")
    .action((names: readonly string[], options: Options) =>
      withHub(io, options, async (hub) => {
        requireChoice(names, options);
        const chosen = await selectApplications(hub, names, options);
        for (const application of chosen) await requestOperation(hub, application, operationOf(application, options));
        io.err(`${chosen.length} ${chosen.length === 1 ? "sync" : "syncs"} requested\n`);
        if (options.async) return;
        await waitForApplications(io, hub, chosen, {
          ...options,
          isOperationOnly: true,
          timeoutMs: Number(options.timeout) * 1000,
        });
      }),
    );
  addHubOptions(app.command("terminate-op <name>").description("end the running operation of an Application")).action(
    (name: string, options: HubOptions) =>
      withHub(io, options, async (hub) => {
        const application = await getApplication(hub, name, options.namespace);
        const status = application["status"] as { operationState?: { phase?: string } } | undefined;
        if (status?.operationState?.phase !== "Running") {
          throw new InputError(`${name} has no running operation`, { code: "APP_NO_OPERATION" });
        }
        await patchApplication(hub, application, { status: { operationState: { phase: "Terminating" } } });
        io.out(`${name}: the operation is being ended\n`);
      }),
  );
}

/** Writes `operation`, which the controller takes up. One that is under way is not overwritten. */
export async function requestOperation(hub: ClusterPort, application: KubernetesObject, operation: unknown): Promise<void> {
  if (application["operation"]) {
    throw new InputError(`${application.metadata.name}: another operation is already in progress`, {
      code: "APP_OPERATION_RUNNING",
      hint: "wait for it with `fleetwright app wait`, or end it with `fleetwright app terminate-op`",
    });
  }
  await patchApplication(hub, application, { operation });
}

export async function patchApplication(hub: ClusterPort, application: KubernetesObject, patch: unknown): Promise<void> {
  const { name, namespace } = application.metadata;
  const ref = { apiVersion: application.apiVersion, kind: application.kind, namespace: namespace ?? "", name };
  await hub.patch(ref, patch, { type: "merge", fieldManager: "fleetwright-cli" });
}

/** The sync options of an Application's policy, which an operation has to name itself (Argo CD). */
export function syncOptionsOf(application: KubernetesObject): readonly Value[] {
  const spec = objectAt(application as unknown as ValueObject, "spec");
  return listAt(objectAt(spec, "syncPolicy"), "syncOptions");
}

function operationOf(application: KubernetesObject, options: Options): unknown {
  const syncOptions = options.syncOption ?? syncOptionsOf(application);
  return {
    initiatedBy: { username: "fleetwright-cli" },
    sync: {
      ...(options.revision === undefined ? {} : { revision: options.revision }),
      ...(options.prune ? { prune: true } : {}),
      ...(options.dryRun ? { dryRun: true } : {}),
      ...(options.force ? { syncStrategy: { apply: { force: true } } } : {}),
      ...(options.resource === undefined ? {} : { resources: options.resource.map(resourceOf) }),
      ...(syncOptions.length === 0 ? {} : { syncOptions }),
    },
  };
}

function resourceOf(text: string): { group: string; kind: string; name: string; namespace?: string } {
  const [group, kind, rest, ...more] = text.split(":");
  if (group === undefined || !kind || !rest || more.length > 0) {
    throw new InputError(`--resource ${text}: not of the form GROUP:KIND:NAME or GROUP:KIND:NAMESPACE/NAME`, {
      code: "CLI_USAGE",
    });
  }
  const slash = rest.indexOf("/");
  return slash < 0 ? { group, kind, name: rest } : { group, kind, namespace: rest.slice(0, slash), name: rest.slice(slash + 1) };
}

function requireChoice(names: readonly string[], options: SelectionOptions): void {
  if (names.length > 0 || options.selector || options.appset || options.project) return;
  throw new InputError("no Application is named", { code: "CLI_USAGE", hint: "give names, --selector, --appset or --project" });
}

function gather(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
