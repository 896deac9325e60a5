import { type Command, Option } from "commander";
import type { AvailableAction } from "../../core/actions/action.js";
import { type ActionSettings, actionsOf, runAction } from "../../core/actions/action-book.js";
import { InputError } from "../../core/errors.js";
import { asValue, type KubernetesObject, splitApiVersion } from "../../core/manifest/object.js";
import { stringAt, type ValueObject } from "../../core/manifest/value.js";
import type { ObjectRef } from "../../ports/cluster.js";
import type { Inspector } from "../inspect/open-inspector.js";
import { type ResourceRow, resourceRows } from "./application-row.js";
import {
  addSelectionOptions,
  chooseApplications,
  getApplication,
  isOneByName,
  type SelectionOptions,
} from "./application-selection.js";
import { carryOut } from "./carry-out.js";
import { addInspectOptions, type InspectOptions, withInspector } from "./inspect-options.js";
import type { CliIo } from "./io.js";
import { type Outcome, printOutcomes } from "./outcomes.js";
import { formatTable, isTable, type OutputFormat, outputOption, printValue } from "./output.js";

interface Selection extends InspectOptions {
  readonly kind?: string;
  readonly group?: string;
  readonly resourceName?: string;
  readonly resourceNamespace?: string;
}

type ListOptions = Selection & SelectionOptions & { readonly output: OutputFormat };

interface Offer {
  readonly application: KubernetesObject;
  readonly row: ResourceRow;
  readonly action: AvailableAction;
}

interface RunOptions extends Selection {
  readonly output: OutputFormat;
  readonly all?: boolean;
  readonly param?: readonly string[];
}

/** `fleetwright app actions list [NAMES]` and `app actions run NAME ACTION`: on live resources of an Application. */
export function registerAppActions(app: Command, io: CliIo): void {
  const actions = app.command("actions").description("actions on the resources of an Application");
  addSelectionOptions(addSelection(actions.command("list [names...]").description("what can be done with each resource now")))
    .addOption(outputOption())
    .action((names: readonly string[], options: ListOptions) =>
      withInspector(io, options, async (inspector, hub) => {
        const settings = await settingsOf(inspector);
        const offers: Offer[] = [];
        for (const application of await chooseApplications(hub, names, options))
          for (const { row, live } of await liveResources(inspector, application, options))
            for (const action of actionsOf(asValue(live), kindOf(row), settings)) offers.push({ application, row, action });
        const isNamed = !isOneByName(names);
        if (isTable(options.output)) io.out(offerTable(offers, { isNamed, isWide: options.output === "wide" }));
        else
          printValue(
            io,
            offers.map((offer) => offerValue(offer, isNamed)),
            options.output,
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
    .addOption(outputOption())
    .action((name: string, action: string, options: RunOptions) =>
      withInspector(io, options, async (inspector, hub) => {
        const application = await getApplication(hub, name, options.namespace);
        const settings = await settingsOf(inspector);
        const offering = (await liveResources(inspector, application, options)).filter(({ row, live }) =>
          actionsOf(asValue(live), kindOf(row), settings).some((one) => one.name === action),
        );
        requireOffer(offering.length, { name, action, isAll: options.all === true });
        const cluster = inspector.clusterOf(application);
        const outcomes: Outcome[] = [];
        for (const { row, live } of offering) {
          const asked = { kind: kindOf(row), name: action, params: paramsOf(options.param ?? []), nowMs: Date.now() };
          for (const impacted of runAction(asValue(live), asked, settings)) await carryOut(cluster, live, impacted);
          outcomes.push({ name: `${row.kind}/${row.name}`, namespace: row.namespace, result: `${action} done` });
        }
        printOutcomes(io, outcomes, options.output);
      }),
    );
}

function requireOffer(
  count: number,
  { name, action, isAll }: { readonly name: string; readonly action: string; readonly isAll: boolean },
): void {
  if (count === 0)
    throw new InputError(`no chosen resource of ${name} has an action ${action}`, {
      code: "ACTION_UNKNOWN",
      hint: `fleetwright app actions list ${name}`,
    });
  if (count > 1 && !isAll)
    throw new InputError(`${count} resources have an action ${action}`, {
      code: "CLI_USAGE",
      hint: "choose one with --kind and --resource-name, or take --all",
    });
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

function offerTable(
  offers: readonly Offer[],
  { isNamed, isWide }: { readonly isNamed: boolean; readonly isWide: boolean },
): string {
  return formatTable(
    [
      ...(isNamed ? ["APPLICATION"] : []),
      "GROUP",
      "KIND",
      "NAMESPACE",
      "NAME",
      "ACTION",
      "DISABLED",
      ...(isWide ? ["PARAMS"] : []),
    ],
    offers.map(({ application, row, action }) => [
      ...(isNamed ? [application.metadata.name] : []),
      row.group,
      row.kind,
      row.namespace,
      row.name,
      action.name,
      String(action.disabled === true),
      ...(isWide ? [(action.params ?? []).map((param) => stringAt(param, "name")).join(",")] : []),
    ]),
  );
}

function offerValue({ application, row, action }: Offer, isNamed: boolean): ValueObject {
  const { group, kind, namespace, name } = row;
  const { name: actionName, disabled, params } = action;
  const whose: ValueObject = isNamed ? { application: application.metadata.name } : {};
  return {
    ...whose,
    group,
    kind,
    namespace,
    name,
    action: actionName,
    disabled: disabled === true,
    ...(params ? { params } : {}),
  };
}

function refOf(row: ResourceRow): ObjectRef {
  const apiVersion = row.group === "" ? row.version || "v1" : `${row.group}/${row.version}`;
  return { apiVersion, kind: row.kind, name: row.name, ...(row.namespace === "" ? {} : { namespace: row.namespace }) };
}

function kindOf(row: ResourceRow): string {
  return `${splitApiVersion(refOf(row).apiVersion).group}/${row.kind}`;
}
