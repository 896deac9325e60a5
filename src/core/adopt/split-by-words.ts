import type { Leaf } from "./sample.js";
import { cutsOf, type NameSplit } from "./split-names.js";

type Texts = Pick<Leaf, "values">;

/**
 * Cuts each name where the Application says both parts elsewhere, as `orders-api` and `dev-eu-1` in `apps/orders-api/overlays/dev-eu-1`; who does not,
 * as a copy with a wrong path, is cut into parts that the others have. Undefined where fewer than half say theirs.
 */
export function splitByWords(names: readonly string[], leaves: readonly Texts[]): NameSplit | undefined {
  const said = names.map((name, at) => {
    const words = wordsOf(leaves, at);
    return cutsOf(name).find(([left, right]) => words.has(left) && words.has(right));
  });
  const sure = said.filter((cut) => cut !== undefined);
  if (sure.length * 2 < names.length) return undefined;
  const lefts = new Set(sure.map(([left]) => left));
  const rights = new Set(sure.map(([, right]) => right));
  const cuts = names.map(
    (name, at) => said[at] ?? cutsOf(name).find(([left, right]) => lefts.has(left) && rights.has(right)) ?? ([name, ""] as const),
  );
  return { left: cuts.map(([left]) => left), right: cuts.map(([, right]) => right) };
}

/** The texts of an Application, and what stands between the slashes of each. */
function wordsOf(leaves: readonly Texts[], at: number): ReadonlySet<string> {
  const words = new Set<string>();
  for (const { values } of leaves) {
    const text = values[at];
    if (typeof text !== "string") continue;
    words.add(text);
    if (text.includes("/")) for (const part of text.split("/")) words.add(part);
  }
  return words;
}
