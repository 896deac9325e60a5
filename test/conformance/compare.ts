/** Undefined when `got` equals `expected` (key order and undefined members aside), else a line that shows both. */
export function difference(got: unknown, expected: unknown): string | undefined {
  const left = canonical(got);
  const right = canonical(expected);
  return left === right ? undefined : `got ${left}, expected ${right}`;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`)
    .join(",")}}`;
}

/** What a call gave, or the error it threw as `{error}`. */
export function outcomeOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
