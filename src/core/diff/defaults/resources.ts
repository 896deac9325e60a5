import type { Value, ValueObject } from "../../manifest/value.js";
import { roundUpQuantity } from "../typed/quantity.js";

const fine = /^\d{1,15}(?:m|k|M|G|T|Ki|Mi|Gi|Ti)?$/;

/** Resource amounts are rounded up to thousandths. */
export function roundedResources(resources: ValueObject): ValueObject {
  let changed: { [key: string]: Value } | undefined;
  for (const name in resources) {
    const amount = resources[name];
    if (typeof amount !== "string" || fine.test(amount)) continue;
    const rounded = roundUpQuantity(amount, 3);
    if (rounded === undefined || rounded === amount) continue;
    changed ??= { ...resources };
    changed[name] = rounded;
  }
  return changed ?? resources;
}
