import type { Location } from "../errors.js";
import type { Value } from "../manifest/value.js";
import { locate } from "../yaml/locate.js";
import type { FleetExplanation } from "./explain-leaves.js";
import { formatPath, nameOf, type Path, type SourceApplication } from "./sample.js";

/** A field that is not as in the siblings. */
export interface OddField {
  readonly path: string;
  readonly is: Value | undefined;
  /** What the siblings lead to expect. */
  readonly expected: Value | undefined;
  /** Siblings that are as expected, and how many there are with this one. */
  readonly agreeing: number;
  readonly siblings: number;
  /** The same of all Applications that have siblings, each among its own: how well the field is explained at all. */
  readonly fitting: number;
  readonly compared: number;
  readonly location: Location;
}

/** An Application that is unlike its siblings, the field that stands out most first. */
export interface Anomaly {
  readonly index: number;
  readonly application: string;
  readonly file: string;
  readonly fields: readonly OddField[];
}

/** All Applications with a field that the rest of the fleet does not explain; the most unlike come first. */
export function findAnomalies(applications: readonly SourceApplication[], explanation: FleetExplanation): readonly Anomaly[] {
  const fields = new Map<number, OddField[]>();
  for (const leaf of explanation.leaves) {
    const odd = new Set(leaf.mismatches);
    const sizes = new Map<string, number>();
    for (const group of leaf.groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
    // Who has no sibling is as expected whatever it is.
    const compared = leaf.groups.flatMap((group, at) => (sizes.get(group)! > 1 ? [at] : []));
    const fitting = compared.filter((at) => !odd.has(at)).length;
    for (const index of leaf.mismatches) {
      const members = leaf.groups.flatMap((group, at) => (group === leaf.groups[index] ? [at] : []));
      const field: OddField = {
        path: formatPath(leaf.leaf.path),
        is: leaf.leaf.values[index],
        expected: leaf.expected[index],
        siblings: members.length,
        agreeing: members.filter((at) => !odd.has(at)).length,
        fitting,
        compared: compared.length,
        location: placeOf(applications[index]!, leaf.leaf.path),
      };
      fields.set(index, [...(fields.get(index) ?? []), field]);
    }
  }
  return [...fields]
    .map(([index, found]) => ({
      index,
      application: nameOf(applications[index]!),
      file: applications[index]!.file,
      fields: found.sort((a, b) => oddness(b) - oddness(a)),
    }))
    .sort((a, b) => oddness(b.fields[0]!) - oddness(a.fields[0]!) || (a.application < b.application ? -1 : 1));
}

/** Alone against many counts most. */
function oddness({ agreeing, siblings }: OddField): number {
  return (agreeing / siblings) * Math.log2(1 + agreeing);
}

/** The field, or the nearest thing above it where it is missing. */
function placeOf({ file, text, document }: SourceApplication, path: Path): Location {
  for (let length = path.length; length > 0; length--) {
    const found = locate(text, path.slice(0, length), { file, document });
    if (found) return found;
  }
  return { file };
}
