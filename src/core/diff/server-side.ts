import type { ComparePair, Comparison } from "./compare.js";
import type { CompareOptions } from "./options.js";

export function serverSideComparison(_pair: ComparePair, _options: CompareOptions): Comparison {
  throw new Error("not yet");
}
