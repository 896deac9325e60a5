import type { KubernetesObject } from "../../core/manifest/object.js";
import { objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";
import { keyOfObject } from "../object-key.js";
import type { Placement, Subject } from "../sharding.js";
import { ReplicaGroup, type ReplicaGroupOptions } from "./replica-group.js";

export interface ReplicaOptions
  extends Omit<ReplicaGroupOptions, "placement" | "release" | "onChange" | "namespace" | "clock" | "random" | "telemetry"> {
  /** Argo CD's `sharding.algorithm`, before what argocd-cmd-params-cm says. */
  readonly algorithm?: string;
}

export interface ShareOptions extends Omit<ReplicaGroupOptions, "onChange"> {
  /** All Applications that there are. */
  readonly applications: () => Iterable<KubernetesObject>;
  /** These came to this replica: resolves when all that their work needs is there. */
  readonly onGained: (keys: readonly string[]) => Promise<void>;
  readonly onLost: (keys: readonly string[]) => void;
  /** This replica leads the ApplicationSets now, or no longer. */
  readonly onLead: (leads: boolean) => Promise<void>;
  /** What was gained is ready to be worked on. */
  readonly onReady: (keys: readonly string[]) => void;
}

/** ApplicationSets have one leader: whoever owns this key. */
export const setsSubject: Subject = { key: "applicationsets" };

/** What of the fleet is this replica's. Without a group it is alone and everything is. */
export class Share {
  private readonly group: ReplicaGroup | undefined;
  private readonly owned = new Set<string>();
  private readonly coming = new Set<string>();
  /** All that were ever seen: an Application that is new has had no owner yet. */
  private readonly known = new Set<string>();
  private readonly appeared: string[] = [];
  private isTaking = false;
  private leads = false;
  private leadIsReady = false;
  /** Whether what came before the first view, when all was kept as this replica's, has been sorted. */
  private isSorted = false;

  constructor(private readonly options: ShareOptions | undefined) {
    this.group = options && new ReplicaGroup({ ...options, onChange: () => this.settle() });
  }

  async start(): Promise<void> {
    await this.group?.start();
  }

  /** Gives everything back; the work has ended, or is cut off from here. */
  async stop(): Promise<void> {
    this.group?.close();
    await this.group?.stop();
  }

  get isAlone(): boolean {
    return this.group === undefined;
  }

  get identity(): string {
    return this.group?.identity ?? "";
  }

  /** How many Applications this replica works on, and how many replicas there are. */
  get counts(): { readonly applications: number; readonly members: number; readonly generation: number } {
    const { view } = this.group ?? {};
    return { applications: this.owned.size, members: view?.members.length ?? 1, generation: view?.generation ?? 0 };
  }

  get leadsSets(): boolean {
    return this.group === undefined || this.leads;
  }

  /** Where the HTTP servers of the other replicas are. */
  get peers(): readonly string[] {
    return this.group?.peers.map(({ address }) => address) ?? [];
  }

  /** Why no write may go out; undefined when it may. */
  refusal(): Error | undefined {
    return this.group?.refusal();
  }

  /** Asked again whenever work on a key begins. */
  mayWorkOn(key: string, object: KubernetesObject | undefined): boolean {
    if (this.group === undefined) return true;
    return this.owned.has(key) && this.group.mayWorkOn(subjectOf(key, object));
  }

  mayWorkOnSets(): boolean {
    return this.group === undefined || (this.leadIsReady && this.group.mayWorkOn(setsSubject));
  }

  /** Whether whole objects are to be kept of an Application: it is this replica's, or will be. */
  isKept(key: string, object: KubernetesObject | undefined): boolean {
    return this.isMine(key, object) || this.group?.isMine(setsSubject) === true;
  }

  /** The same for what it has in its cluster, which the leader of ApplicationSets does not ask about. */
  isMine(key: string, object: KubernetesObject | undefined): boolean {
    const { group } = this;
    // Before the first view nobody knows; what turns out to be others' is let go of then.
    return group === undefined || group.view === undefined || group.isMine(subjectOf(key, object));
  }

  /** An Application appeared or changed: whether this replica works on it. */
  takes(key: string, object: KubernetesObject): boolean {
    if (this.group === undefined) return true;
    const may = this.group.mayWorkOn(subjectOf(key, object));
    if (!may && this.owned.delete(key)) this.options!.onLost([key]);
    if (may && !this.owned.has(key) && !this.coming.has(key)) {
      if (this.known.has(key)) this.takeLater(key, object);
      else this.takeSoon(key);
    }
    this.known.add(key);
    return this.owned.has(key);
  }

  /** It came by a change of its own destination, which its former owner may see later than this replica. */
  private takeLater(key: string, object: KubernetesObject): void {
    const { clock, leaseMs } = this.options!;
    this.coming.add(key);
    clock.schedule(leaseMs, () => {
      this.coming.delete(key);
      if (this.group!.mayWorkOn(subjectOf(key, object))) void this.take([key]);
      else this.settle();
    });
  }

  forget(key: string): void {
    this.owned.delete(key);
    this.known.delete(key);
  }

  /** Finds anew what is this replica's. */
  settle(): void {
    const { group, options } = this;
    if (group === undefined || options === undefined) return;
    const gained: string[] = [];
    const lost: string[] = [];
    const wasSorted = this.isSorted;
    this.isSorted = group.view !== undefined;
    for (const object of options.applications()) {
      const key = keyOfObject(object);
      const may = group.mayWorkOn(subjectOf(key, object));
      this.known.add(key);
      if (may && !this.owned.has(key) && !this.coming.has(key)) gained.push(key);
      else if (!may && (this.owned.delete(key) || (!wasSorted && this.isSorted && !group.isMine(subjectOf(key, object)))))
        lost.push(key);
    }
    if (lost.length > 0) options.onLost(lost);
    if (gained.length > 0) void this.take(gained);
    const leads = group.mayWorkOn(setsSubject);
    if (leads === this.leads) return;
    this.leads = leads;
    this.leadIsReady = false;
    void options.onLead(leads).then(() => {
      if (this.leads !== leads) return;
      this.leadIsReady = leads;
      if (leads) options.onReady([]);
    });
  }

  /** What appears while others are being taken is taken with the next: a roll-out brings thousands, one by one. */
  private takeSoon(key: string): void {
    this.coming.add(key);
    this.appeared.push(key);
    if (!this.isTaking) void this.takeAppeared();
  }

  private async takeAppeared(): Promise<void> {
    this.isTaking = true;
    while (this.appeared.length > 0) await this.take(this.appeared.splice(0));
    this.isTaking = false;
  }

  private async take(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.coming.add(key);
    await this.options!.onGained(keys).catch(() => {});
    for (const key of keys) {
      this.coming.delete(key);
      this.owned.add(key);
    }
    this.options!.onReady(keys);
  }
}

/** Argo CD's `sharding.algorithm` and `shard` of cluster Secrets, as far as they mean something here. */
export function placementOf(
  algorithm: string | undefined,
  clusters: readonly { readonly name: string; readonly server: string; readonly shard?: number }[],
): Placement {
  const pins: Record<string, number> = {};
  for (const { name, server, shard } of clusters) {
    if (shard === undefined) continue;
    pins[server] = shard;
    pins[name] = shard;
  }
  return { byCluster: clusterAlgorithms.has(algorithm ?? ""), pins };
}

/** Argo CD's: all give whole clusters to replicas. */
const clusterAlgorithms = new Set(["legacy", "round-robin", "consistent-hashing"]);

/** An Application as what a replica owns: by its key, or by its destination where Argo CD's settings say so. */
export function subjectOf(key: string, object: KubernetesObject | undefined): Subject {
  const destination = objectAt(objectAt(object as unknown as ValueObject | undefined, "spec"), "destination");
  const server = stringAt(destination, "server");
  const cluster = (server.endsWith("/") ? server.replace(/\/+$/, "") : server) || stringAt(destination, "name");
  return cluster === "" ? { key } : { key, cluster };
}
