import type { Command } from "commander";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { leaseResource, type ReplicaLease, readReplicaLease, readViewLease } from "../../engine/replicas/lease-objects.js";
import { setsSubject, subjectOf } from "../../engine/replicas/share.js";
import { ownerIn, type ShardView } from "../../engine/sharding.js";
import type { ClusterPort } from "../../ports/cluster.js";
import { selectApplications } from "./application-selection.js";
import { addHubOptions, type HubOptions, withHub } from "./hub-options.js";
import type { CliIo } from "./io.js";
import { formatAge, formatTable, type OutputFormat, outputOption, printValue } from "./output.js";

/** Who shares the fleet, as the Leases say. */
export interface Shards {
  readonly view: ShardView | undefined;
  readonly replicas: readonly ReplicaLease[];
  readonly leaseMs: number;
}

type Options = HubOptions & { readonly output: OutputFormat };

/** `fleetwright admin shards`: the replicas, and how many Applications each works on. */
export function registerAdminShards(admin: Command, io: CliIo): void {
  addHubOptions(admin.command("shards").description("the replicas that share the fleet, and what each works on"))
    .addOption(outputOption())
    .action((options: Options) =>
      withHub(io, options, async (hub) => {
        const shards = await readShards(hub, options.namespace);
        const applications = await selectApplications(hub, [], options);
        const rows = shardRows(shards, applications);
        if (options.output !== "table")
          return printValue(io, { generation: shards.view?.generation ?? 0, replicas: rows }, options.output);
        if (shards.view === undefined)
          return io.out("no replicas share this fleet: a controller without Leases works on all of it\n");
        io.out(
          formatTable(
            ["REPLICA", "STATE", "RENEWED", "VIEW", "APPLICATIONS", "APPLICATIONSETS", "ADDRESS"],
            rows.map((row) => [
              row.replica,
              row.state,
              row.renewed === "" ? "" : formatAge(Date.now() - Date.parse(row.renewed)),
              String(row.view),
              String(row.applications),
              row.leadsApplicationSets ? "leads" : "",
              row.address,
            ]),
          ),
        );
      }),
    );
}

export async function readShards(hub: ClusterPort, namespace: string): Promise<Shards> {
  const { items } = await hub.list(leaseResource, { namespace, labelSelector: "fleetwright.dev/lease" });
  const seconds = items.flatMap((item) => {
    const { leaseDurationSeconds } = (item["spec"] ?? {}) as { readonly leaseDurationSeconds?: number };
    return leaseDurationSeconds === undefined ? [] : [leaseDurationSeconds];
  });
  return {
    view: items.map(readViewLease).find((view) => view !== undefined),
    replicas: items.flatMap((item) => readReplicaLease(item) ?? []),
    leaseMs: Math.max(0, ...seconds) * 1000,
  };
}

export function ownerOfApplication({ view }: Shards, application: KubernetesObject): string | undefined {
  const { namespace = "", name } = application.metadata;
  return view && ownerIn(view, subjectOf(`${namespace}/${name}`, application));
}

interface ShardRow {
  readonly replica: string;
  /** `working`: has agreed to the view. `agreeing`: has not yet. `joining`: not in the view. `gone`: no Lease. */
  readonly state: "working" | "agreeing" | "joining" | "gone";
  readonly renewed: string;
  readonly view: number;
  readonly applications: number;
  readonly leadsApplicationSets: boolean;
  readonly address: string;
}

function shardRows(shards: Shards, applications: readonly KubernetesObject[]): readonly ShardRow[] {
  const { view, replicas } = shards;
  const counts = new Map<string, number>();
  for (const application of applications) {
    const owner = ownerOfApplication(shards, application) ?? "";
    counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  const leader = view && ownerIn(view, setsSubject);
  const names = [...new Set([...(view?.members ?? []), ...replicas.map(({ identity }) => identity)])].sort();
  return names.map((replica): ShardRow => {
    const lease = replicas.find(({ identity }) => identity === replica);
    const isMember = view?.members.includes(replica) === true;
    const state =
      lease === undefined ? "gone" : !isMember ? "joining" : lease.generation === view.generation ? "working" : "agreeing";
    return {
      replica,
      state,
      renewed: lease?.renewTime ?? "",
      view: lease?.generation ?? 0,
      applications: counts.get(replica) ?? 0,
      leadsApplicationSets: leader === replica,
      address: lease?.address ?? "",
    };
  });
}
