import type { Location } from "../errors.js";

const withNullKey = new WeakSet<object>();
const repeatedKey = Symbol("repeated key");

/** A key that a map had twice, and what is wrong in go-yaml's words. */
export interface RepeatedKey {
  readonly problem: string;
  readonly location: Location;
}

/** Remembers a document whose root had a key that is null, which is in no Value: kyaml cannot print a resource that has one. */
export function noteNullKey(root: object): void {
  withNullKey.add(root);
}

export function hasNullKey(root: object): boolean {
  return withNullKey.has(root);
}

/**
 * Remembers in a map that it had a key twice, read by the first of them: kyaml can work on it, and cannot print it. What is made by
 * spreading the map has the note, too, as the original keeps both keys through its changes.
 */
export function noteRepeatedKey(map: object, noted: RepeatedKey): void {
  const flawed = map as { [repeatedKey]?: RepeatedKey };
  flawed[repeatedKey] ??= noted;
}

export function repeatedKeyOf(map: object): RepeatedKey | undefined {
  return (map as { readonly [repeatedKey]?: RepeatedKey })[repeatedKey];
}
