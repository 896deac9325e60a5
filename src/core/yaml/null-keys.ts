const withNullKey = new WeakSet<object>();

/** Remembers a document whose root had a key that is null, which is in no Value: kyaml cannot print a resource that has one. */
export function noteNullKey(root: object): void {
  withNullKey.add(root);
}

export function hasNullKey(root: object): boolean {
  return withNullKey.has(root);
}
