import { type Command, Option } from "commander";
import { InputError } from "../../core/errors.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { listAt, objectAt, type Value, type ValueObject } from "../../core/manifest/value.js";
import type { ClusterPort } from "../../ports/cluster.js";
import { waitForApplications } from "./app-wait.js";
import { addSelectionOptions, chooseApplications, type SelectionOptions } from "./application-selection.js";
import { printStates } from "./application-states.js";
import { addHubOptions, type HubOptions, withHub } from "./hub-options.js";
import type { CliIo } from "./io.js";
import { actOnEach, type Outcome, printOutcomes } from "./outcomes.js";
import { type OutputFormat, outputOption } from "./output.js";

interface Options extends HubOptions, SelectionOptions {
  readonly revision?: string;
  readonly prune?: boolean;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly resource?: readonly string[];
  readonly syncOption?: readonly string[];
  readonly async?: boolean;
  readonly output: OutputFormat;
  readonly timeout: string;
}

/** `fleetwright app sync`: requests one sync each and waits for its end. */
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
    .addOption(outputOption())
    .action((names: readonly string[], options: Options) =>
      withHub(io, options, async (hub) => {
        const chosen = await chooseApplications(hub, names, options);
        const outcomes = await actOnEach(io, chosen, async (application) => {
          await requestOperation(hub, application, operationOf(application, options));
          return "sync requested";
        });
        const asked = chosen.filter(({ metadata }) => outcomes.some((outcome) => isOf(outcome, metadata)));
        if (asked.length > 0) io.err(`${asked.length} ${asked.length === 1 ? "sync" : "syncs"} requested\n`);
        if (options.async) printOutcomes(io, outcomes, options.output);
        if (options.async || asked.length === 0) return;
        const ended = await waitForApplications(io, hub, asked, {
          namespace: options.namespace,
          isOperationOnly: true,
          timeoutMs: Number(options.timeout) * 1000,
        });
        printStates(io, ended, options.output);
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

function isOf(outcome: Outcome, { name, namespace = "" }: KubernetesObject["metadata"]): boolean {
  return outcome.name === name && outcome.namespace === namespace;
}

function gather(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
