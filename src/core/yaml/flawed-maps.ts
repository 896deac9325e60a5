import type { Location } from "../errors.js";
import type { Value } from "../manifest/value.js";

const withNullKey = new WeakSet<object>();
const flaws = Symbol("flaws");

/** A key that keeps a map from being printed: one that the map had twice, or one that is no text. */
export type MapFlaw = RepeatedKey | KeyWithoutText;

interface KeyFlaw {
  readonly key: string;
  /** In the original's words. */
  readonly problem: string;
  /** Nowhere for a key that no file has. */
  readonly location: Location;
  readonly hint?: string;
}

export interface RepeatedKey extends KeyFlaw {
  readonly kind: "repeated";
  /** What the key had the second time, which counts once the first is taken away. */
  readonly later: Value;
}

export interface KeyWithoutText extends KeyFlaw {
  readonly kind: "noText";
}

/** Remembers a document whose root had a key that is null, which is in no Value: kyaml cannot print a resource that has one. */
export function noteNullKey(root: object): void {
  withNullKey.add(root);
}

export function hasNullKey(root: object): boolean {
  return withNullKey.has(root);
}

/** Remembers it in the map, so that what is made by spreading it has the note, too: the original keeps its keys through all changes. */
export function noteFlaw(map: object, flaw: MapFlaw): void {
  setFlaws(map, [...flawsOf(map), flaw]);
}

export function setFlaws(map: object, found: readonly MapFlaw[]): void {
  const flawed = map as { [flaws]?: readonly MapFlaw[] };
  if (found.length > 0) flawed[flaws] = found;
  else delete flawed[flaws];
}

export function flawsOf(map: object): readonly MapFlaw[] {
  return (map as { readonly [flaws]?: readonly MapFlaw[] })[flaws] ?? none;
}

const none: readonly MapFlaw[] = [];
