const withNullKey = new WeakSet<object>();
const repeatedKeys = new WeakMap<object, string>();

/** Remembers a document whose root had a key that is null, which is in no Value: kyaml cannot print a resource that has one. */
export function noteNullKey(root: object): void {
  withNullKey.add(root);
}

export function hasNullKey(root: object): boolean {
  return withNullKey.has(root);
}

/** Remembers a map that had a key twice, read by the first of them: kyaml can merge from it, and cannot print it. */
export function noteRepeatedKey(map: object, key: string): void {
  if (!repeatedKeys.has(map)) repeatedKeys.set(map, key);
}

export function repeatedKeyOf(map: object): string | undefined {
  return repeatedKeys.get(map);
}
