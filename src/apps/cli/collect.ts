/** An option that may be given again: all its values, in their order. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
