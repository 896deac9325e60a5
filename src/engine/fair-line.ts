/**
 * Keys in line, with the time since when each waits. Tenants take turns: of ten thousand keys of one tenant no other tenant's single key waits for more
 * than one. Within a tenant the oldest comes first.
 */
export class FairLine {
  private readonly places = new Map<string, { readonly tenant: string; readonly since: number }>();
  /** tenant → its keys; the tenant whose turn it is comes first. */
  private readonly turns = new Map<string, Map<string, number>>();
  /** Keys that had their turn already and could not be served: they come before all others. */
  private readonly returned = new Map<string, number>();

  constructor(private readonly tenantOf: (key: string) => string = () => "") {}

  get size(): number {
    return this.places.size + this.returned.size;
  }

  /** Since when a key waits; undefined where it does not. */
  since(key: string): number | undefined {
    return this.returned.get(key) ?? this.places.get(key)?.since;
  }

  /** Puts a key at the end of its tenant's line; one that is in line already stays where it is. */
  add(key: string, since: number): void {
    if (this.since(key) !== undefined) return;
    const tenant = this.tenantOf(key);
    this.places.set(key, { tenant, since });
    const keys = this.turns.get(tenant);
    if (keys) keys.set(key, since);
    else this.turns.set(tenant, new Map([[key, since]]));
  }

  /** Puts a key that has had its turn before all others. */
  giveBack(key: string, since: number): void {
    this.delete(key);
    this.returned.set(key, since);
  }

  delete(key: string): void {
    this.returned.delete(key);
    const place = this.places.get(key);
    if (place === undefined) return;
    this.places.delete(key);
    const keys = this.turns.get(place.tenant);
    keys?.delete(key);
    if (keys?.size === 0) this.turns.delete(place.tenant);
  }

  /** Takes out the key whose turn it is. */
  take(): readonly [key: string, since: number] | undefined {
    for (const entry of this.returned) {
      this.returned.delete(entry[0]);
      return entry;
    }
    for (const [tenant, keys] of this.turns)
      for (const entry of keys) {
        this.delete(entry[0]);
        if (keys.size > 0) {
          this.turns.delete(tenant);
          this.turns.set(tenant, keys);
        }
        return entry;
      }
    return undefined;
  }

  /** When the one that waits longest began to; undefined where nobody waits. */
  get oldest(): number | undefined {
    let oldest: number | undefined;
    for (const keys of [this.returned, ...this.turns.values()])
      for (const since of keys.values()) {
        if (oldest === undefined || since < oldest) oldest = since;
        break;
      }
    return oldest;
  }

  entries(): readonly (readonly [key: string, since: number])[] {
    return [...this.returned, ...[...this.places].map(([key, { since }]) => [key, since] as const)];
  }

  clear(): void {
    this.places.clear();
    this.turns.clear();
    this.returned.clear();
  }
}
