const flow = Symbol("flow");

/** Remembers in the map that it was written in braces, so that what is made by spreading it knows it, too. */
export function noteFlow(map: object): void {
  (map as { [flow]?: true })[flow] = true;
}

export function isFlow(map: object): boolean {
  return (map as { readonly [flow]?: true })[flow] === true;
}
