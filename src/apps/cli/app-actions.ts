import { type Command, Option } from "commander";
import type { AvailableAction, ImpactedResource } from "../../core/actions/action.js";
import { type ActionSettings, actionsOf, runAction } from "../../core/actions/action-book.js";
import { InputError } from "../../core/errors.js";
import { asObject, asValue, type KubernetesObject, splitApiVersion } from "../../core/manifest/object.js";
import { objectAt, type ValueObject } from "../../core/manifest/value.js";
import { mergePatchBetween, sameValue } from "../../engine/merge-patch.js";
import type { ClusterPort, ObjectRef } from "../../ports/cluster.js";
import type { Inspector } from "../inspect/open-inspector.js";
import { type ResourceRow, resourceRows } from "./application-row.js";
import { getApplication } from "./application-selection.js";
import { addInspectOptions, type InspectOptions, withInspector } from "./inspect-options.js";
import type { CliIo } from "./io.js";
import { formatTable, type OutputFormat, outputOption, printValue } from "./output.js";

interface Selection extends InspectOptions {
  readonly kind?: string;
  readonly group?: string;
  readonly resourceName?: string;
  readonly resourceNamespace?: string;
}

interface RunOptions extends Selection {
  readonly all?: boolean;
  readonly param?: readonly string[];
}

/** `fleetwright app actions list NAME` and `app actions run NAME ACTION`: on live resources of an Application. */
export function registerAppActions(app: Command, io: CliIo): void {
  const actions = app.command("actions").description("actions on the resources of an Application");
  addSelection(actions.command("list <name>").description("what can be done with each resource now"))
    .addOption(outputOption(["table", "wide", "json", "yaml"]))
    .action((name: string, options: Selection & { readonly output: OutputFormat }) =>
      withInspector(io, options, async (inspector, hub) => {
        const found = await liveResources(inspector, await getApplication(hub, name, options.namespace), options);
        const settings = await settingsOf(inspector);
        const rows = found.flatMap(({ row, live }) =>
          actionsOf(asValue(live), kindOf(row), settings).map((action) => ({ row, action })),
        );
        if (options.output === "json" || options.output === "yaml") printValue(io, rows.map(rowValue), options.output);
        else
          io.out(
            formatTable(
              ["GROUP", "KIND", "NAMESPACE", "NAME", "ACTION", "DISABLED"],
              rows.map(({ row, action }) => [
                row.group,
                row.kind,
                row.namespace,
                row.name,
                action.name,
                String(action.disabled === true),
              ]),
            ),
          );
      }),
    );
  addSelection(actions.command("run <name> <action>").description("run an action on the chosen resource"))
    .option("--all", "on every chosen resource, where several are")
    .addOption(
      new Option("--param <name=value>", "a parameter of the action; may be repeated").argParser(
        (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
      ),
    )
    .action((name: string, action: string, options: RunOptions) =>
      withInspector(io, options, async (inspector, hub) => {
        const application = await getApplication(hub, name, options.namespace);
        const settings = await settingsOf(inspector);
        const offering = (await liveResources(inspector, application, options)).filter(({ row, live }) =>
          actionsOf(asValue(live), kindOf(row), settings).some((one) => one.name === action),
        );
        if (offering.length === 0)
          throw new InputError(`no chosen resource of ${name} has an action ${action}`, {
            code: "ACTION_UNKNOWN",
            hint: `fleetwright app actions list ${name}`,
          });
        if (offering.length > 1 && !options.all)
          throw new InputError(`${offering.length} resources have an action ${action}`, {
            code: "CLI_USAGE",
            hint: "choose one with --kind and --resource-name, or take --all",
          });
        const cluster = inspector.clusterOf(application);
        for (const { row, live } of offering) {
          const asked = { kind: kindOf(row), name: action, params: paramsOf(options.param ?? []), nowMs: Date.now() };
          for (const impacted of runAction(asValue(live), asked, settings)) await carryOut(cluster, live, impacted);
          io.out(`${row.kind}/${row.name}: ${action} done\n`);
        }
      }),
    );
}

function addSelection(command: Command): Command {
  return addInspectOptions(command)
    .option("--kind <kind>", "only resources of this kind")
    .option("--group <group>", "only resources of this API group")
    .option("--resource-name <name>", "only resources of this name")
    .option("--resource-namespace <name>", "only resources of this namespace");
}

async function liveResources(
  inspector: Inspector,
  application: KubernetesObject,
  { kind, group, resourceName, resourceNamespace }: Selection,
): Promise<readonly { readonly row: ResourceRow; readonly live: KubernetesObject }[]> {
  const cluster = inspector.clusterOf(application);
  const chosen = resourceRows(application).filter(
    (row) =>
      (kind === undefined || row.kind === kind) &&
      (group === undefined || row.group === group) &&
      (resourceName === undefined || row.name === resourceName) &&
      (resourceNamespace === undefined || row.namespace === resourceNamespace),
  );
  const found = await Promise.all(chosen.map(async (row) => ({ row, live: await cluster.get(refOf(row)) })));
  return found.flatMap(({ row, live }) => (live === undefined ? [] : [{ row, live }]));
}

/** A patch is what changed between the object and the action's; its status goes to the status subresource where there is one. */
async function carryOut(cluster: ClusterPort, live: KubernetesObject, { operation, resource }: ImpactedResource): Promise<void> {
  const options = { fieldManager: "fleetwright-cli" };
  if (operation === "create") {
    await cluster.create(asObject(resource), options);
    return;
  }
  const object = asObject(resource);
  const { apiVersion, kind, metadata } = object;
  const { name, namespace } = metadata;
  const ref: ObjectRef = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
  const isSame = live.kind === kind && live.metadata.name === name && live.metadata.namespace === namespace;
  const current = isSame ? live : await cluster.get(ref);
  if (current === undefined) throw new InputError(`${kind}/${name} is not there any more`, { code: "ACTION_UNKNOWN" });
  const patch = mergePatchBetween(asValue(current), resource) as ValueObject;
  if (!sameValue(objectAt(asValue(current), "status"), objectAt(resource, "status"))) {
    const { status = {}, ...others } = patch;
    await cluster.patch(ref, { status }, { ...options, type: "merge", subresource: "status" });
    if (Object.keys(others).length > 0) await cluster.patch(ref, others, { ...options, type: "merge" });
  } else if (Object.keys(patch).length > 0) await cluster.patch(ref, patch, { ...options, type: "merge" });
}

function paramsOf(texts: readonly string[]): Readonly<Record<string, string>> {
  const pairs = texts.map((text) => text.split(/=(.*)/s).slice(0, 2));
  const bad = pairs.findIndex(([name, value]) => !name || value === undefined);
  if (bad >= 0) throw new InputError(`--param ${texts[bad]}: not of the form NAME=VALUE`, { code: "CLI_USAGE" });
  return Object.fromEntries(pairs) as Record<string, string>;
}

async function settingsOf(inspector: Inspector): Promise<ActionSettings> {
  const { fengariRuntime } = await import("../../adapters/lua/fengari-runtime.js");
  return { data: inspector.data, lua: fengariRuntime({ nowSeconds: () => Math.floor(Date.now() / 1000) }) };
}

function rowValue({ row, action }: { readonly row: ResourceRow; readonly action: AvailableAction }): ValueObject {
  const { group, kind, namespace, name } = row;
  const { name: actionName, disabled, params } = action;
  return { group, kind, namespace, name, action: actionName, disabled: disabled === true, ...(params ? { params } : {}) };
}

function refOf(row: ResourceRow): ObjectRef {
  const apiVersion = row.group === "" ? row.version || "v1" : `${row.group}/${row.version}`;
  return { apiVersion, kind: row.kind, name: row.name, ...(row.namespace === "" ? {} : { namespace: row.namespace }) };
}

function kindOf(row: ResourceRow): string {
  return `${splitApiVersion(refOf(row).apiVersion).group}/${row.kind}`;
}
