import { type Command, Option } from "commander";
import { loadKubeconfig } from "../../adapters/kubernetes/kubeconfig.js";
import { kubernetesClient } from "../../adapters/kubernetes/kubernetes-client.js";
import { formatError, InputError } from "../../core/errors.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { hashHex } from "../../platform/hash.js";
import type { ClusterConnection, ClusterPort } from "../../ports/cluster.js";
import type { RegisteredCluster } from "../../ports/cluster-registry.js";
import { applicationRow } from "./application-row.js";
import { selectApplications } from "./application-selection.js";
import { type ClusterSecretOptions, clusterSecret, clusterSecrets, pairsOf } from "./cluster-secrets.js";
import { addHubOptions, type HubOptions, withHub } from "./hub-options.js";
import type { CliIo } from "./io.js";
import { formatTable, type OutputFormat, outputOption, printValue } from "./output.js";

interface AddOptions extends HubOptions {
  readonly fromKubeconfig?: string;
  readonly name?: string;
  readonly label?: readonly string[];
  readonly annotation?: readonly string[];
  readonly project?: string;
  readonly clusterNamespace?: readonly string[];
  readonly clusterResources?: boolean;
  readonly upsert?: boolean;
  readonly check: boolean;
  readonly output: OutputFormat;
}

/** `fleetwright cluster add|list|rm`: the Secrets that make clusters destinations. */
export function registerCluster(program: Command, io: CliIo): void {
  const cluster = program.command("cluster").description("the clusters that Applications can go to");
  registerAdd(cluster, io);
  addHubOptions(cluster.command("list").alias("ls").description("list clusters, and whether they answer"))
    .option("--no-check", "do not connect to them")
    .addOption(outputOption(["table", "wide", "json", "yaml"]))
    .action((options: HubOptions & { readonly output: OutputFormat; readonly check: boolean }) =>
      withHub(io, options, async (hub) => {
        const found = await clusterSecrets(hub, options.namespace);
        const rows = await Promise.all(found.map((one) => statusOf(one.cluster, options.check)));
        if (options.output === "json" || options.output === "yaml") printValue(io, rows, options.output);
        else io.out(table(rows, options.output === "wide"));
      }),
    );
  addHubOptions(cluster.command("rm <cluster>").description("forget a cluster (by name or server); nothing on it is touched"))
    .option("--yes", "also where Applications go there")
    .addOption(outputOption())
    .action((which: string, options: HubOptions & { readonly yes?: boolean; readonly output: OutputFormat }) =>
      withHub(io, options, async (hub) => {
        const found = (await clusterSecrets(hub, options.namespace)).filter(
          ({ cluster: { name, server } }) => name === which || server === which.replace(/\/+$/, ""),
        );
        const [only] = found;
        if (only === undefined) throw new InputError(`there is no cluster ${which}`, { code: "CLUSTER_NOT_FOUND" });
        if (found.length > 1)
          throw new InputError(`there are ${found.length} clusters named ${which}`, {
            code: "CLI_USAGE",
            hint: "give its server",
          });
        const users = await usersOf(hub, only.cluster, options.namespace);
        if (users.length > 0 && !options.yes)
          throw new InputError(`${users.length} Applications go to ${which}, among them ${users.slice(0, 3).join(", ")}`, {
            code: "CLI_CONFIRM",
            hint: "add --yes",
          });
        const { name } = only.secret.metadata;
        await hub.delete({ apiVersion: "v1", kind: "Secret", namespace: options.namespace, name });
        printDone(io, only.cluster.name, { result: "removed", output: options.output });
      }),
    );
}

function registerAdd(cluster: Command, io: CliIo): void {
  const repeated = (flags: string, text: string): Option =>
    new Option(flags, text).argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
  addHubOptions(cluster.command("add <context>").description("register the cluster of a kubeconfig context"))
    .option("--from-kubeconfig <file>", "kubeconfig that has the context (default: the hub's)")
    .option("--name <name>", "name of the cluster (default: the context's)")
    .addOption(repeated("--label <key=value>", "a label that generators can select by; may be repeated"))
    .addOption(repeated("--annotation <key=value>", "an annotation; may be repeated"))
    .option("--project <name>", "only for this project")
    .addOption(repeated("--cluster-namespace <name>", "only follow this namespace; may be repeated"))
    .option("--cluster-resources", "with --cluster-namespace: also follow cluster-scoped resources")
    .option("--upsert", "replace the Secret of a cluster that is registered already")
    .option("--no-check", "do not ask the cluster whether it answers")
    .addOption(outputOption())
    .action((context: string, options: AddOptions) =>
      withHub(io, options, async (hub) => {
        const file = options.fromKubeconfig ?? options.kubeconfig;
        const connection = await loadKubeconfig({ ...(file === undefined ? {} : { file }), context });
        if (options.check) await versionOf(connection);
        const made = clusterSecret(connection, secretOptions(context, options));
        const known = (await clusterSecrets(hub, options.namespace)).find(
          ({ cluster: { server } }) => server === connection.server.replace(/\/+$/, ""),
        );
        if (known !== undefined && !options.upsert)
          throw new InputError(`${connection.server} is registered already, as ${known.cluster.name}`, {
            code: "CLUSTER_EXISTS",
            hint: "add --upsert",
          });
        const name = known?.secret.metadata.name ?? secretName(connection.server);
        const secret: KubernetesObject = { ...made, metadata: { ...made.metadata, name } };
        if (known === undefined) await hub.create(secret, { fieldManager: "fleetwright-cli" });
        else await hub.apply(secret, { fieldManager: "fleetwright-cli", force: true });
        const result = known === undefined ? "added" : "changed";
        printDone(io, options.name ?? context, { result, output: options.output });
      }),
    );
}

function printDone(
  io: CliIo,
  name: string,
  { result, output }: { readonly result: string; readonly output: OutputFormat },
): void {
  if (output === "table") io.out(`cluster ${name} ${result}\n`);
  else if (output === "wide") io.out(formatTable(["NAME", "RESULT"], [[name, result]]));
  else printValue(io, { name, result }, output);
}

function secretOptions(context: string, options: AddOptions): ClusterSecretOptions {
  return {
    namespace: options.namespace,
    name: options.name ?? context,
    labels: pairsOf("--label", options.label ?? []),
    annotations: pairsOf("--annotation", options.annotation ?? []),
    namespaces: options.clusterNamespace ?? [],
    clusterResources: options.clusterResources === true,
    ...(options.project === undefined ? {} : { project: options.project }),
  };
}

function secretName(server: string): string {
  const host = new URL(server).hostname.toLowerCase().replace(/[^a-z0-9.-]/g, "-");
  return `cluster-${host.slice(0, 200)}-${hashHex("sha256", server).slice(0, 10)}`;
}

interface ClusterRow {
  readonly name: string;
  readonly server: string;
  readonly project: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly version: string;
  readonly status: string;
}

async function statusOf(cluster: RegisteredCluster, isChecked: boolean): Promise<ClusterRow> {
  const { name, server, labels, project = "" } = cluster;
  const { "argocd.argoproj.io/secret-type": _, ...own } = labels;
  const row = { name, server, project, labels: own };
  if (!isChecked) return { ...row, version: "", status: "" };
  try {
    return { ...row, version: await versionOf(cluster.connection), status: "Successful" };
  } catch (error) {
    return { ...row, version: "", status: `Failed: ${formatError(error)}` };
  }
}

async function versionOf(connection: ClusterConnection): Promise<string> {
  const client = kubernetesClient(connection);
  try {
    return await client.version();
  } finally {
    await client.close();
  }
}

function table(rows: readonly ClusterRow[], isWide: boolean): string {
  const labels = (row: ClusterRow): string =>
    Object.entries(row.labels)
      .map((pair) => pair.join("="))
      .join(",");
  return isWide
    ? formatTable(
        ["NAME", "SERVER", "PROJECT", "VERSION", "LABELS", "STATUS"],
        rows.map((row) => [row.name, row.server, row.project, row.version, labels(row), row.status]),
      )
    : formatTable(
        ["NAME", "SERVER", "VERSION", "STATUS"],
        rows.map((row) => [row.name, row.server, row.version, row.status]),
      );
}

async function usersOf(hub: ClusterPort, { name, server }: RegisteredCluster, namespace: string): Promise<readonly string[]> {
  const applications = await selectApplications(hub, [], { namespace });
  return applications
    .map(applicationRow)
    .filter(({ destination }) => destination === name || destination.replace(/\/+$/, "") === server)
    .map((row) => row.name);
}
