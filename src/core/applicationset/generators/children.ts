import type { ValueObject } from "../../manifest/value.js";
import { listAt } from "../../manifest/value.js";
import { type GeneratorSpec, generatorKeys } from "../model/application-set.js";
import type { RequeueDefaults } from "./generator.js";
import { nestedSpec } from "./nesting.js";
import { generators } from "./table.js";

/** The shortest time that any child asks for; 0 when none does. */
export function childRequeueAfterSeconds(spec: ValueObject, defaults: RequeueDefaults): number {
  const children = (listAt(spec, "generators") as unknown as readonly GeneratorSpec[]).map(withKnownNesting);
  return minRequeueAfterSeconds(children, defaults);
}

/** What is nested and cannot be decoded is an error of generation; it asks for no time. */
function withKnownNesting(child: GeneratorSpec): GeneratorSpec {
  try {
    return nestedSpec(child, false);
  } catch {
    const { matrix: _, merge: __, ...rest } = child;
    return rest;
  }
}

/** The shortest time that any of these generators asks for; 0 when none does. */
export function minRequeueAfterSeconds(specs: readonly GeneratorSpec[], defaults: RequeueDefaults): number {
  let shortest = 0;
  for (const spec of specs) {
    for (const key of generatorKeys) {
      const own = spec[key];
      if (own === undefined) continue;
      const seconds = generators[key].requeueAfterSeconds(own, defaults);
      if (seconds !== 0 && (shortest === 0 || seconds < shortest)) shortest = seconds;
    }
  }
  return shortest;
}
