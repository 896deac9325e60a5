import type { Store, StoreEvent } from "./store.js";

/** Where an object is kept. */
export interface Place {
  readonly storage: string;
  readonly key: string;
}

/** Who owns what, by uid; follows the store. */
export class OwnerIndex {
  private readonly places = new Map<string, Place>();
  private readonly dependents = new Map<string, Map<string, Place>>();

  constructor(store: Store) {
    store.subscribeAll((event) => this.follow(event));
  }

  place(uid: string): Place | undefined {
    return this.places.get(uid);
  }

  dependentsOf(uid: string): readonly Place[] {
    return [...(this.dependents.get(uid)?.values() ?? [])];
  }

  private follow(event: StoreEvent): void {
    const { object } = event.entry;
    const id = `${event.storage} ${event.key}`;
    for (const owner of event.previous?.object.metadata.ownerReferences ?? []) {
      const set = this.dependents.get(owner.uid);
      set?.delete(id);
      if (set?.size === 0) this.dependents.delete(owner.uid);
    }
    const place = { storage: event.storage, key: event.key };
    if (event.kind === "DELETED") {
      this.places.delete(object.metadata.uid ?? "");
      return;
    }
    this.places.set(object.metadata.uid ?? "", place);
    for (const owner of object.metadata.ownerReferences ?? []) {
      let set = this.dependents.get(owner.uid);
      if (!set) this.dependents.set(owner.uid, (set = new Map()));
      set.set(id, place);
    }
  }
}
