import type { Value } from "../manifest/value.js";

/** The value as Go's encoding/json decodes it: every number a float. Shared where there is no big integer. */
export function asFloats(value: Value): Value {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    let changed: Value[] | undefined;
    for (let index = 0; index < value.length; index++) {
      const item = value[index] as Value;
      const found = asFloats(item);
      if (found === item) continue;
      changed ??= [...value];
      changed[index] = found;
    }
    return changed ?? value;
  }
  const object = value as { readonly [key: string]: Value };
  let changed: { [key: string]: Value } | undefined;
  for (const key in object) {
    const item = object[key] as Value;
    if (typeof item !== "object" && typeof item !== "bigint") continue;
    const found = asFloats(item);
    if (found === item) continue;
    changed ??= { ...object };
    changed[key] = found;
  }
  return changed ?? value;
}
