import type { KubernetesObject } from "../manifest/object.js";
import type { Comparison } from "./compare.js";
import type { CompareOptions } from "./options.js";

export function structuredComparison(_target: KubernetesObject, _live: KubernetesObject, _options: CompareOptions): Comparison {
  throw new Error("not yet");
}
