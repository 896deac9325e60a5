import { InputError } from "../errors.js";
import type { KubernetesObject } from "../manifest/object.js";
import { normalizeTracking } from "../tracking/normalize.js";
import type { CompareOptions } from "./options.js";

/** The live object without the traces of another tracking method; labels that are no map of texts are no reason not to compare. */
export function withoutTrackingTraces<Live extends KubernetesObject | null>(
  target: KubernetesObject | null,
  live: Live,
  options: Pick<CompareOptions, "tracking">,
): KubernetesObject | Live {
  try {
    return normalizeTracking(target ?? undefined, live ?? undefined, options.tracking) ?? live;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return live;
  }
}
