import { ExternalError, formatError } from "../../core/errors.js";
import type { Clock, Random } from "../../ports/clock.js";
import type { ClusterPort } from "../../ports/cluster.js";
import { ClusterError } from "../../ports/cluster-error.js";
import type { LeaseKeeper, Moment } from "../../ports/lease-keeper.js";
import type { Telemetry } from "../../ports/telemetry.js";
import { Informer } from "../informer.js";
import {
  acknowledgement,
  adoptView,
  aliveAmong,
  firstSeen,
  isOwnLeaseValid,
  mayWorkOn,
  newShard,
  nextView,
  ownerIn,
  type Placement,
  type SeenLease,
  type ShardState,
  type ShardView,
  type Subject,
  seeLeases,
  settleView,
} from "../sharding.js";
import {
  leaseLabel,
  leaseResource,
  type ReplicaLease,
  readReplicaLease,
  readViewLease,
  replicaLease,
  replicaRef,
  viewLease,
  viewRef,
} from "./lease-objects.js";

export interface ReplicaGroupOptions {
  /** Reaches the hub beside the client of all other work: a renewal must not wait behind it, and is not refused by the fence. */
  readonly leases: ClusterPort;
  /** Renews beside this one while the event loop is busy. */
  readonly keeper?: LeaseKeeper;
  readonly namespace: string;
  /** Of the process, such as its pod's; an identity is this and a random part. */
  readonly name: string;
  /** No two processes of this name run at once (a pod of a StatefulSet): whoever had it before is dead, and its share is free at once. */
  readonly isNameUnique?: boolean;
  /** Where other replicas reach its HTTP server; "" where they do not. */
  readonly address?: () => string;
  readonly leaseMs: number;
  /** How many replicas the first view waits for, up to the lease time. */
  readonly expected?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly placement: () => Placement;
  /** Ends what is under way for others' keys; resolves when nothing runs for them any more. */
  readonly release: () => Promise<void>;
  /** What this replica may work on has changed. */
  readonly onChange: () => void;
}

/**
 * This replica among its like: renews its Lease, agrees with the others on a view (see sharding.ts), and knows at each moment what it may
 * work on. When its own Lease runs out it drops everything and comes back under a new identity.
 */
export class ReplicaGroup {
  private readonly informer: Informer;
  private state: ShardState;
  private seen: ReadonlyMap<string, SeenLease> | undefined;
  /** When the last renewal of its own that worked was asked for. */
  private renewed: Moment | undefined;
  private shown = 0;
  private isResetting = false;
  private renewing: Promise<void> | undefined;
  private releasing: number | undefined;
  private proposing: Promise<void> | undefined;
  private wrongSinceMs: number | undefined;
  private startedMs = 0;
  private cancelTick: (() => void) | undefined;
  private stopped = false;
  private isClosed = false;

  constructor(private readonly options: ReplicaGroupOptions) {
    const { leases, namespace, clock, random, telemetry } = options;
    this.state = newShard(this.newIdentity());
    this.informer = new Informer({
      cluster: leases,
      resource: leaseResource,
      namespace,
      labelSelector: leaseLabel,
      clock,
      random,
      maxBackoffMs: options.leaseMs / 5,
      onChange: () => this.look(),
      onFailure: (error) => {
        if (error !== undefined) telemetry.log.warn("hub: cannot watch Leases", { error: formatError(error) });
      },
    });
  }

  get identity(): string {
    return this.state.self;
  }

  /** The newest view that this replica takes part in. */
  get view(): ShardView | undefined {
    return this.state.adopted.at(-1) ?? this.state.settled;
  }

  /** Others of the view that can be reached by HTTP. */
  get peers(): readonly ReplicaLease[] {
    return this.leases().filter(
      ({ identity, address }) => identity !== this.state.self && address !== "" && this.view?.members.includes(identity),
    );
  }

  async start(): Promise<void> {
    this.startedMs = this.options.clock.monotonic();
    this.informer.start();
    await this.informer.synced;
    if (this.options.isNameUnique === true) await this.replaceFormer();
    await this.renew();
    this.look();
    this.scheduleTick();
  }

  /** Gives the share back at once; what is under way must have ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancelTick?.();
    await Promise.all([this.renewing, this.proposing]);
    const { leases, namespace } = this.options;
    const { self } = this.state;
    this.state = newShard(self);
    this.options.keeper?.drop();
    await leases.delete(replicaRef(namespace, self)).catch(() => {});
    await this.informer.stop();
  }

  /** Lets no write out any more: what is still under way is not waited for. */
  close(): void {
    this.isClosed = true;
  }

  /** Why nothing may be written now; undefined when this replica's Lease holds. */
  refusal(): Error | undefined {
    if (!this.isResetting && !this.isClosed && this.isValid()) return undefined;
    return new ExternalError("this replica's Lease has run out: another one may work in its place", { code: "REPLICA_FENCED" });
  }

  mayWorkOn(subject: Subject): boolean {
    return !this.isResetting && this.isValid() && mayWorkOn(this.state, subject);
  }

  /** Whether the newest view gives the subject to this replica, now or as soon as all have agreed. */
  isMine(subject: Subject): boolean {
    const { view } = this;
    return view !== undefined && ownerIn(view, subject) === this.state.self;
  }

  private async replaceFormer(): Promise<void> {
    const { leases, namespace, name } = this.options;
    const former = this.leases().filter(({ identity }) => /^(.*)\.[0-9a-f]+$/.exec(identity)?.[1] === name);
    for (const { identity } of former) {
      await leases.delete(replicaRef(namespace, identity)).catch(() => {});
      for (const object of [...this.informer.values()])
        if (readReplicaLease(object)?.identity === identity) this.informer.forget(object);
    }
  }

  private isValid(): boolean {
    if (this.renewed === undefined) return false;
    if (this.isRecent(this.renewed)) return true;
    const kept = this.options.keeper?.renewed();
    return kept !== undefined && this.isRecent(kept);
  }

  /** By both clocks, for either may stand still while the machine sleeps. */
  private isRecent({ monotonicMs, wallMs }: Moment): boolean {
    const { clock, leaseMs } = this.options;
    return isOwnLeaseValid(monotonicMs, clock.monotonic(), leaseMs) && isOwnLeaseValid(wallMs, clock.now(), leaseMs);
  }

  private scheduleTick(): void {
    if (this.stopped) return;
    const { clock, leaseMs, random } = this.options;
    this.cancelTick = clock.schedule((leaseMs / 6) * (0.9 + 0.2 * random()), () => {
      void this.renew().then(() => {
        this.look();
        this.scheduleTick();
      });
    });
  }

  private leases(): readonly ReplicaLease[] {
    return [...this.informer.values()].flatMap((object) => readReplicaLease(object) ?? []);
  }

  private storedView(): ShardView | undefined {
    for (const object of this.informer.values()) {
      const view = readViewLease(object);
      if (view !== undefined) return view;
    }
    return undefined;
  }

  /** Takes in what the Leases say now, and does what follows from it. */
  private look(): void {
    if (this.stopped || !this.informer.isSynced || this.isResetting) return;
    if (this.renewed !== undefined && !this.isValid()) return this.reset("its Lease ran out");
    const { clock, leaseMs } = this.options;
    const now = clock.monotonic();
    const view = this.storedView();
    const leases = this.leases();
    this.seen = this.seen === undefined ? firstSeen(leases, view, now) : seeLeases(this.seen, leases, { nowMs: now, view });
    const before = this.state;
    if (view?.members.includes(this.state.self)) this.state = adoptView(this.state, view);
    else if (view !== undefined && view.generation > acknowledgement(this.state) && acknowledgement(this.state) > 0)
      return this.reset("the others took it for dead");
    this.acknowledge();
    this.state = settleView(this.state, new Map(leases.map(({ identity, generation }) => [identity, generation])));
    if (this.state !== before) this.changed();
    const alive = new Set(aliveAmong(this.seen, now, leaseMs));
    if (this.renewed !== undefined) alive.add(this.state.self);
    this.propose(view, [...alive]);
  }

  private changed(): void {
    const { view } = this;
    this.options.telemetry.log.info("replicas", {
      self: this.state.self,
      generation: view?.generation,
      members: view?.members.join(","),
      settled: this.state.adopted.length === 0,
    });
    this.options.onChange();
  }

  /** Says that a view is adopted once nothing runs any more for what it takes away. */
  private acknowledge(): void {
    const wanted = acknowledgement(this.state);
    if (wanted === this.shown || this.releasing !== undefined) return;
    this.releasing = wanted;
    const { self } = this.state;
    void this.options.release().then(async () => {
      this.releasing = undefined;
      if (this.state.self !== self || this.stopped) return;
      // A newer view came meanwhile: it may take more away.
      if (acknowledgement(this.state) !== wanted) return this.acknowledge();
      this.shown = wanted;
      // One that is under way does not show it yet.
      await this.renewing;
      await this.renew();
      this.look();
    });
  }

  /** Writes the next view where the current one is wrong: the first of those alive at once, the others when it does not come to it. */
  private propose(view: ShardView | undefined, alive: readonly string[]): void {
    const { clock, leaseMs, expected = 1, placement } = this.options;
    const now = clock.monotonic();
    const next = nextView(view, alive, placement());
    if (next === undefined) {
      this.wrongSinceMs = undefined;
      return;
    }
    if (this.renewed === undefined || this.proposing !== undefined) return;
    if (view === undefined && alive.length < expected && now - this.startedMs < leaseMs) return;
    this.wrongSinceMs ??= now;
    const isFirst = next.members[0] === this.state.self;
    if (!isFirst && now - this.wrongSinceMs < leaseMs / 4) return;
    this.proposing = this.write(next, view).then((wasAnswered) => {
      this.proposing = undefined;
      // An API server that fails is asked again at the next tick.
      if (wasAnswered) this.look();
    });
  }

  /** Whether the API server took or refused the view. */
  private async write(next: ShardView, current: ShardView | undefined): Promise<boolean> {
    const { leases, namespace, telemetry } = this.options;
    const object = viewLease(next, { namespace, writer: this.state.self });
    try {
      const stored = await leases.get(viewRef(namespace));
      if (stored === undefined) this.informer.assume(await leases.create(object));
      else {
        this.informer.assume(stored);
        // Someone else was faster: what is stored now is looked at first.
        if ((readViewLease(stored)?.generation ?? 0) !== (current?.generation ?? 0)) return true;
        if (await this.hasRenewed(current?.members.filter((member) => !next.members.includes(member)) ?? [])) return true;
        const { resourceVersion } = stored.metadata;
        const metadata = { ...object.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
        this.informer.assume(await leases.update({ ...object, metadata }));
      }
      for (const gone of current?.members ?? [])
        if (!next.members.includes(gone)) await leases.delete(replicaRef(namespace, gone)).catch(() => {});
      return true;
    } catch (error) {
      if (error instanceof ClusterError && (error.reason === "Conflict" || error.reason === "AlreadyExists")) return true;
      telemetry.log.warn("the view of replicas was not written", { error: formatError(error) });
      return false;
    }
  }

  /** Whether one of these has renewed its Lease after all: a busy replica hears late of what others did, and must not take them for dead. */
  private async hasRenewed(members: readonly string[]): Promise<boolean> {
    const { leases, namespace } = this.options;
    const found = await Promise.all(members.map((member) => leases.get(replicaRef(namespace, member))));
    let hasRenewed = false;
    for (const lease of found) {
      const read = lease && readReplicaLease(lease);
      if (lease === undefined || read === undefined || this.seen?.get(read.identity)?.renewTime === read.renewTime) continue;
      this.informer.assume(lease);
      hasRenewed = true;
    }
    return hasRenewed;
  }

  private renew(): Promise<void> {
    this.renewing ??= this.renewOnce().finally(() => {
      this.renewing = undefined;
    });
    return this.renewing;
  }

  private async renewOnce(): Promise<void> {
    if (this.stopped || this.isResetting) return;
    const { leases, namespace, leaseMs, clock, telemetry } = this.options;
    const address = this.options.address?.() ?? "";
    // A Lease that has run out is not brought back: others may count on its end.
    if (this.renewed !== undefined && !this.isValid()) return;
    const started = { monotonicMs: clock.monotonic(), wallMs: clock.now() };
    const renewTime = `${new Date(started.wallMs).toISOString().slice(0, -1)}000Z`;
    const { self } = this.state;
    const lease = replicaLease({ identity: self, renewTime, generation: this.shown, address }, { namespace, leaseMs });
    const ref = replicaRef(namespace, self);
    const { annotations } = lease.metadata;
    try {
      const written =
        this.renewed === undefined
          ? await leases.create(lease)
          : await leases.patch(ref, { metadata: { annotations }, spec: lease["spec"] }, { type: "merge" });
      if (this.state.self !== self) return;
      this.renewed = started;
      this.informer.assume(written);
      await this.options.keeper?.keep(ref, started);
    } catch (error) {
      telemetry.log.warn("the Lease of this replica was not renewed", { error: formatError(error) });
      if (error instanceof ClusterError && error.status === 404 && this.renewed !== undefined)
        this.reset("its Lease was deleted");
    }
  }

  /** Drops everything and comes back under a new identity, once nothing of the old one runs. */
  private reset(reason: string): void {
    if (this.isResetting || this.stopped) return;
    const { leases, namespace, telemetry, release, onChange } = this.options;
    const { self } = this.state;
    telemetry.log.warn("this replica starts anew", { self, reason });
    this.isResetting = true;
    this.options.keeper?.drop();
    this.state = newShard(this.newIdentity());
    this.shown = 0;
    onChange();
    void release()
      .then(() => leases.delete(replicaRef(namespace, self)).catch(() => {}))
      .then(async () => {
        this.renewed = undefined;
        this.isResetting = false;
        await this.renew();
        this.look();
      });
  }

  private newIdentity(): string {
    const { name, random } = this.options;
    const part = Math.floor(random() * 0x1_0000_0000);
    return `${name}.${part.toString(16).padStart(8, "0")}`;
  }
}
