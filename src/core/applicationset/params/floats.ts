import type { Value } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";

/** Go decodes every JSON number into a float64: big integers lose their last digits. Shares what holds none. */
export function numbersAsFloats(value: Value): Value {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) {
    const items = value.map(numbersAsFloats);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (!isObject(value)) return value;
  let made: Record<string, Value> | undefined;
  for (const [key, item] of Object.entries(value)) {
    const changed = numbersAsFloats(item);
    if (changed !== item) (made ??= { ...value })[key] = changed;
  }
  return made ?? value;
}
