import { sha256 } from "../platform/hash.js";

/**
 * Who works on what, decided without a leader. A view is a numbered list of replicas in one object that is only written by compare-and-swap, so
 * numbers never repeat. Each replica adopts a newer view by stopping work on what it lost, then writes the number into its own Lease. A view
 * is settled for a replica once every member's Lease shows exactly its number. A replica works on a key only if it owns it in the last settled
 * view and in each one adopted since: two replicas that work always share a view, and a view gives a key one owner.
 */
export interface ShardView {
  readonly generation: number;
  /** Identities, sorted. A process that comes back has a new one. */
  readonly members: readonly string[];
  /** Part of the view, for all must place alike. */
  readonly placement?: Placement;
}

/** Argo CD's settings as far as they say where Applications are worked on. */
export interface Placement {
  /** All Applications of a destination go to one replica: fewer watches, coarser shares. */
  readonly byCluster: boolean;
  /** Ordinal of a replica by the server or name of a cluster (`shard` in its Secret). */
  readonly pins: Readonly<Record<string, number>>;
}

/** What is worked on: a queue key, and for Applications their destination as they name it. */
export interface Subject {
  readonly key: string;
  readonly cluster?: string;
}

export interface ShardState {
  readonly self: string;
  readonly settled: ShardView | undefined;
  /** Views since then, oldest first. */
  readonly adopted: readonly ShardView[];
}

export function newShard(self: string): ShardState {
  return { self, settled: undefined, adopted: [] };
}

/** The number that this replica's Lease is to show, once nothing runs any more for keys that it does not own. */
export function acknowledgement(state: ShardState): number {
  return latest(state)?.generation ?? 0;
}

/** Takes in the view as it was read; an older one than known is a late answer and changes nothing. */
export function adoptView(state: ShardState, view: ShardView): ShardState {
  if (view.generation <= acknowledgement(state)) return state;
  return { ...state, adopted: [...state.adopted, view] };
}

/** Takes in what the Leases show, this replica's own among them. */
export function settleView(state: ShardState, shown: ReadonlyMap<string, number>): ShardState {
  const view = state.adopted.at(-1);
  if (view === undefined || !view.members.includes(state.self)) return state;
  // Exactly this number: a member that shows a later one may have passed this view by.
  if (!view.members.every((member) => shown.get(member) === view.generation)) return state;
  return { ...state, settled: view, adopted: [] };
}

/** Whether this replica may work on a key now; ask again before each write. The caller also checks its own Lease (see `isOwnLeaseValid`). */
export function mayWorkOn(state: ShardState, of: Subject | string): boolean {
  if (state.settled === undefined) return false;
  const subject = typeof of === "string" ? { key: of } : of;
  return [state.settled, ...state.adopted].every((view) => ownerIn(view, subject) === state.self);
}

/** The view to write after `current` when other replicas are alive than it names, or placed otherwise; undefined when it is as it should be. */
export function nextView(current: ShardView | undefined, alive: readonly string[], placement?: Placement): ShardView | undefined {
  const members = [...new Set(alive)].sort();
  const isSame =
    current?.members.length === members.length && current.members.every((member, index) => member === members[index]);
  if (isSame && samePlacement(current.placement, placement)) return undefined;
  return { generation: (current?.generation ?? 0) + 1, members, ...(placement === undefined ? {} : { placement }) };
}

/** Who works on a subject in a view: the replica that its cluster is pinned to while that one is there, else by rendezvous. */
export function ownerIn({ members, placement }: ShardView, { key, cluster }: Subject): string | undefined {
  if (cluster === undefined || placement === undefined) return ownerOf(key, members);
  const pin = placement.pins[cluster];
  const pinned = pin === undefined ? [] : members.filter((member) => ordinalOf(member) === pin);
  if (pinned.length > 0) return ownerOf(key, pinned);
  return ownerOf(placement.byCluster ? `cluster ${cluster}` : key, members);
}

/** `fleetwright-controller-2.1f0c` → 2: the number of a StatefulSet's pod. */
export function ordinalOf(identity: string): number | undefined {
  const found = /-(\d+)\.[0-9a-f]+$/.exec(identity)?.[1];
  return found === undefined ? undefined : Number(found);
}

function samePlacement(a: Placement | undefined, b: Placement | undefined): boolean {
  const text = (of: Placement | undefined): string =>
    JSON.stringify([of?.byCluster === true, Object.entries(of?.pins ?? {}).sort()]);
  return text(a) === text(b);
}

/** What was found for the members of a view: every event of an Application asks, and each answer takes a hash a member. */
const found = new WeakMap<readonly string[], Map<string, string | undefined>>();
const mostFound = 100_000;

/** Rendezvous hashing: the member with the highest weight for this key. One that comes or goes moves only its own share. */
export function ownerOf(key: string, members: readonly string[]): string | undefined {
  let owners = found.get(members);
  if (owners === undefined || owners.size >= mostFound) {
    owners = new Map();
    found.set(members, owners);
  }
  const known = owners.get(key);
  if (known !== undefined) return known;
  const owner = heaviest(key, members);
  owners.set(key, owner);
  return owner;
}

function heaviest(key: string, members: readonly string[]): string | undefined {
  let owner: string | undefined;
  let highest = -1;
  for (const member of members) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = sha256(`${member}\n${key}`);
    const weight = ((((a * 256 + b) * 256 + c) * 256 + d) * 256 + e) * 256 + f;
    if (weight > highest || (weight === highest && owner !== undefined && member < owner)) [owner, highest] = [member, weight];
  }
  return owner;
}

/** When a Lease's renewal was last seen to change, by our own clock: clocks of replicas may differ. */
export interface SeenLease {
  readonly identity: string;
  readonly renewTime: string;
  readonly sinceMs: number;
}

export function seeLeases(
  before: ReadonlyMap<string, SeenLease>,
  leases: readonly { readonly identity: string; readonly renewTime: string }[],
  { nowMs, view }: { readonly nowMs: number; readonly view?: ShardView | undefined },
): ReadonlyMap<string, SeenLease> {
  return new Map(
    leases.map(({ identity, renewTime }) => {
      const known = before.get(identity);
      // Whom a view names has been seen to be alive by whoever wrote it: from when this is read the lease time counts.
      const isNews = known?.renewTime !== renewTime || (known.sinceMs === neverMs && view?.members.includes(identity) === true);
      return [identity, isNews ? { identity, renewTime, sinceMs: nowMs } : known];
    }),
  );
}

const neverMs = Number.NEGATIVE_INFINITY;

/**
 * The Leases as a replica finds them when it starts: members of the view get the lease time to renew, others count once they are seen to
 * renew, for what a dead process left behind looks the same.
 */
export function firstSeen(
  leases: readonly { readonly identity: string; readonly renewTime: string }[],
  view: ShardView | undefined,
  nowMs: number,
): ReadonlyMap<string, SeenLease> {
  const sinceMs = (identity: string): number => (view?.members.includes(identity) ? nowMs : neverMs);
  return new Map(leases.map(({ identity, renewTime }) => [identity, { identity, renewTime, sinceMs: sinceMs(identity) }]));
}

/** Who renewed within the lease time. */
export function aliveAmong(seen: ReadonlyMap<string, SeenLease>, nowMs: number, leaseMs: number): readonly string[] {
  return [...seen.values()].filter(({ sinceMs }) => nowMs - sinceMs <= leaseMs).map(({ identity }) => identity);
}

/**
 * Whether this replica may believe in its own Lease: others count from when they saw the renewal, it counts from before it asked for it, and
 * gives up a third earlier. When false it must drop its state and come back under a new identity.
 */
export function isOwnLeaseValid(renewalStartedMs: number, nowMs: number, leaseMs: number): boolean {
  return nowMs - renewalStartedMs < (leaseMs * 2) / 3;
}

function latest(state: ShardState): ShardView | undefined {
  return state.adopted.at(-1) ?? state.settled;
}
