import { randomBytes } from "node:crypto";
import { type Command, Option } from "commander";
import type { Cluster } from "../../core/applicationset/index.js";
import { InputError } from "../../core/errors.js";
import { diffFleets } from "../../core/impact/fleet-diff.js";
import { fleetReport, hasDifferences } from "../fleet/report/fleet-report.js";
import { impactJson } from "../fleet/report/json.js";
import { terminalReport } from "../fleet/report/terminal.js";
import { collect } from "./collect.js";
import { addRevisionOptions, chosenState, type FleetOptions, withFleet } from "./fleet-options.js";
import type { CliIo } from "./io.js";
import { outputOption, printValue } from "./output.js";

interface Options extends FleetOptions {
  readonly output: string;
  readonly label: readonly string[];
  readonly removeCluster: readonly string[];
  readonly addCluster: readonly string[];
}

/** `fleetwright what-if`: another inventory, and the Applications that would appear and vanish. Exit code 1 when any would. */
export function registerWhatIf(program: Command, io: CliIo): void {
  const repeated = (flags: string, text: string): Option => new Option(flags, text).default([]).argParser(collect);
  addRevisionOptions(program.command("what-if").description("relabel, add or remove a cluster and see what the fleet becomes"))
    .addOption(repeated("--label <cluster:key=value>", "set a label of a cluster; `key-` takes it away"))
    .addOption(repeated("--remove-cluster <cluster>", "without this cluster"))
    .addOption(
      repeated(
        "--add-cluster <cluster=server[,key=value...]>",
        "with one more cluster and these labels; `annotation:key=value` is an annotation",
      ),
    )
    .addOption(outputOption(["table", "json"]))
    .action((options: Options) =>
      withFleet(io, options, async (fleet) => {
        const { id, state: before } = await chosenState(fleet, options);
        const after = await fleet.withInventory(id, (inventory) => changeInventory(inventory, options));
        const changes = diffFleets(before, after, { secretKey: randomBytes(16).toString("hex") });
        const isWorktree = options.revision === undefined || options.worktree === true;
        const report = fleetReport({ from: id, to: id, isWorktree, before, after, changes, reasons: new Map() });
        if (options.output === "json") printValue(io, impactJson(report), "json");
        else io.out(terminalReport(report, { color: io.color }));
        io.setExitCode(hasDifferences(report) ? 1 : 0);
      }),
    );
}

function changeInventory(inventory: readonly Cluster[], options: Options): readonly Cluster[] {
  const require = (name: string): Cluster => {
    const found = inventory.find((cluster) => cluster.name === name);
    if (found) return found;
    throw new InputError(`there is no cluster ${name}`, {
      code: "WHATIF_CLUSTER",
      hint: `clusters: ${inventory.map((cluster) => cluster.name).join(", ")}`,
    });
  };
  for (const name of options.removeCluster) require(name);
  let changed = inventory.filter((cluster) => !options.removeCluster.includes(cluster.name));
  for (const text of options.label) {
    const [, name, key, value] = /^([^:]+):([^=]+?)(?:=(.*)|-)$/.exec(text) ?? [];
    if (name === undefined || key === undefined)
      throw new InputError(`--label ${text}: not of the form CLUSTER:KEY=VALUE or CLUSTER:KEY-`, { code: "CLI_USAGE" });
    require(name);
    changed = changed.map((cluster) => {
      if (cluster.name !== name) return cluster;
      const { [key]: _, ...others } = cluster.labels;
      return { ...cluster, labels: value === undefined ? others : { ...others, [key]: value } };
    });
  }
  const added = options.addCluster.map(newCluster);
  for (const { name } of added)
    if (changed.some((cluster) => cluster.name === name))
      throw new InputError(`there is a cluster ${name} already`, {
        code: "WHATIF_CLUSTER",
        hint: `--label ${name}:KEY=VALUE changes it, --remove-cluster ${name} beside --add-cluster replaces it`,
      });
  return [...changed, ...added];
}

function newCluster(text: string): Cluster {
  const [head = "", ...labels] = text.split(",");
  const [name, server] = head.split(/=(.*)/s);
  if (!name || !server)
    throw new InputError(`--add-cluster ${text}: not of the form NAME=SERVER,KEY=VALUE,…`, { code: "CLI_USAGE" });
  const pairs = labels.map((label) => {
    const [, kind, key, value] = /^(annotation:)?([^=]+)=(.*)$/s.exec(label) ?? [];
    if (key === undefined || value === undefined)
      throw new InputError(`--add-cluster ${text}: ${label} is not of the form KEY=VALUE or annotation:KEY=VALUE`, {
        code: "CLI_USAGE",
      });
    return { isAnnotation: kind !== undefined, entry: [key, value] as const };
  });
  const entries = (isAnnotation: boolean): Readonly<Record<string, string>> =>
    Object.fromEntries(pairs.flatMap((pair) => (pair.isAnnotation === isAnnotation ? [pair.entry] : [])));
  return {
    name,
    server,
    labels: { "argocd.argoproj.io/secret-type": "cluster", ...entries(false) },
    annotations: entries(true),
  };
}
