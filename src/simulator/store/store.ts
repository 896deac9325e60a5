import type { KubernetesObject } from "../../core/manifest/object.js";
import { writeJson } from "../api/json.js";

/** One version of one object. Entries are immutable; a write makes a new one. */
export class Entry {
  readonly object: KubernetesObject;
  readonly revision: number;
  private text: string | undefined;

  constructor(object: KubernetesObject, revision: number) {
    this.object = object;
    this.revision = revision;
  }

  /** JSON without `kind` and `apiVersion`, beginning with "{": the same for all versions under which it is served. Made once. */
  tail(): string {
    if (this.text === undefined) {
      const { kind: _kind, apiVersion: _apiVersion, ...rest } = this.object;
      this.text = writeJson(rest);
    }
    return this.text;
  }
}

export interface StoreEvent {
  readonly kind: "ADDED" | "MODIFIED" | "DELETED";
  readonly storage: string;
  readonly revision: number;
  readonly key: string;
  readonly entry: Entry;
  readonly previous: Entry | undefined;
}

export type StoreListener = (event: StoreEvent) => void;

/** `namespace/name`: the place of an object in its storage. */
export function storeKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/**
 * Objects by storage and key under one global revision, with the recent events kept for watches that resume.
 * Synchronous: a write is seen by every listener before it returns.
 */
export class Store {
  private readonly tables = new Map<string, Table>();
  private readonly listeners = new Map<string, Set<StoreListener>>();
  private readonly everything = new Set<StoreListener>();
  private history: StoreEvent[] = [];
  private readonly historyLimit: number;
  private readonly snapshots = new Map<string, readonly Entry[]>();
  /** Events up to and including this revision are gone. */
  private forgotten = 0;
  revision = 1;

  constructor(historyLimit: number) {
    this.historyLimit = historyLimit;
  }

  get(storage: string, key: string): Entry | undefined {
    return this.tables.get(storage)?.entries.get(key);
  }

  /** Writes `object` under a new revision, which is put into its metadata. */
  put(storage: string, key: string, object: KubernetesObject): Entry {
    let table = this.tables.get(storage);
    if (!table) this.tables.set(storage, (table = new Table()));
    const previous = table.entries.get(key);
    const revision = ++this.revision;
    const entry = new Entry(withRevision(object, revision), revision);
    table.set(key, entry);
    this.emit({ kind: previous ? "MODIFIED" : "ADDED", storage, revision, key, entry, previous });
    return entry;
  }

  /** Takes the object away; the event shows its last state (or `last`) under the revision of the deletion. */
  remove(storage: string, key: string, last?: KubernetesObject): Entry | undefined {
    const table = this.tables.get(storage);
    const previous = table?.entries.get(key);
    if (!table || !previous) return undefined;
    const revision = ++this.revision;
    const entry = new Entry(withRevision(last ?? previous.object, revision), revision);
    table.delete(key);
    this.emit({ kind: "DELETED", storage, revision, key, entry, previous });
    return entry;
  }

  /** All entries of a storage, or of one namespace in it, in key order. */
  list(storage: string, namespace?: string): readonly Entry[] {
    const table = this.tables.get(storage);
    if (!table) return [];
    return namespace === undefined ? table.sorted() : table.inNamespace(namespace);
  }

  count(storage: string): number {
    return this.tables.get(storage)?.entries.size ?? 0;
  }

  /** Forgets a storage without events: its resource is no longer served. */
  drop(storage: string): void {
    this.tables.delete(storage);
  }

  subscribe(storage: string, listener: StoreListener): () => void {
    let set = this.listeners.get(storage);
    if (!set) this.listeners.set(storage, (set = new Set()));
    set.add(listener);
    return () => set.delete(listener);
  }

  subscribeAll(listener: StoreListener): () => void {
    this.everything.add(listener);
    return () => this.everything.delete(listener);
  }

  /** Events of a storage after `revision`, or undefined when some of them are no longer known. */
  since(storage: string, revision: number): readonly StoreEvent[] | undefined {
    if (revision < this.forgotten) return undefined;
    return this.history.slice(firstAfter(this.history, revision)).filter((event) => event.storage === storage);
  }

  /** The oldest revision from which a watch can resume. */
  oldestRevision(): number {
    return this.forgotten;
  }

  /** Drops the event history, as a compaction does: watches from older revisions expire. */
  compact(): void {
    this.history = [];
    this.forgotten = this.revision;
    this.snapshots.clear();
  }

  /** Keeps a list for the pages that follow; a small number of them, oldest out first. */
  keepSnapshot(id: string, entries: readonly Entry[]): void {
    this.snapshots.delete(id);
    this.snapshots.set(id, entries);
    if (this.snapshots.size > 8) this.snapshots.delete(this.snapshots.keys().next().value!);
  }

  snapshot(id: string): readonly Entry[] | undefined {
    return this.snapshots.get(id);
  }

  private emit(event: StoreEvent): void {
    this.history.push(event);
    if (this.history.length > this.historyLimit * 1.25) {
      const cut = this.history.length - this.historyLimit;
      this.forgotten = this.history[cut - 1]!.revision;
      this.history = this.history.slice(cut);
    }
    for (const listener of this.listeners.get(event.storage) ?? []) listener(event);
    for (const listener of this.everything) listener(event);
  }
}

class Table {
  readonly entries = new Map<string, Entry>();
  private order: string[] | undefined;
  private list: readonly Entry[] | undefined;

  set(key: string, entry: Entry): void {
    if (!this.entries.has(key)) this.order = undefined;
    this.list = undefined;
    this.entries.set(key, entry);
  }

  delete(key: string): void {
    this.entries.delete(key);
    this.order = undefined;
    this.list = undefined;
  }

  sorted(): readonly Entry[] {
    this.list ??= this.keys().map((key) => this.entries.get(key)!);
    return this.list;
  }

  inNamespace(namespace: string): readonly Entry[] {
    const keys = this.keys();
    const prefix = `${namespace}/`;
    const out: Entry[] = [];
    for (let i = lowerBound(keys, prefix); i < keys.length && keys[i]!.startsWith(prefix); i++) {
      out.push(this.entries.get(keys[i]!)!);
    }
    return out;
  }

  private keys(): readonly string[] {
    this.order ??= [...this.entries.keys()].sort();
    return this.order;
  }
}

function lowerBound(keys: readonly string[], wanted: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function firstAfter(events: readonly StoreEvent[], revision: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle]!.revision <= revision) low = middle + 1;
    else high = middle;
  }
  return low;
}

function withRevision(object: KubernetesObject, revision: number): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}
