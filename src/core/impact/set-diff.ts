import type { FleetwrightError } from "../errors.js";
import { equalValues, type Value } from "../manifest/value.js";
import { isSameReadSet } from "../render/recording-tree.js";
import type { ApplicationChange } from "./fleet-diff.js";
import type { FleetApplicationSet, FleetState } from "./fleet-state.js";

/** What a change of the repository does to one ApplicationSet. */
export interface ApplicationSetChange {
  readonly key: string;
  /** `unchanged`: its file or what its generators read changed, and every Application comes out as before. */
  readonly effect: ApplicationChange["effect"];
  /** `namespace/name` of Applications that it begins to generate, and ceases to. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly errors: readonly FleetwrightError[];
  readonly before?: FleetApplicationSet;
  readonly after?: FleetApplicationSet;
}

/** Every ApplicationSet that the move from `before` to `after` touches, and each that fails at `after`; sorted by key. */
export function diffApplicationSets(before: FleetState, after: FleetState): readonly ApplicationSetChange[] {
  const keys = [...new Set([...before.applicationSets.keys(), ...after.applicationSets.keys()])].sort();
  return keys.flatMap((key) => {
    const [older, newer] = [before.applicationSets.get(key), after.applicationSets.get(key)];
    const unreadable = newer ? undefined : after.problems.find((problem) => problem.unreadable === older!.file)?.error;
    const errors = unreadable ? [unreadable] : (newer?.errors ?? []);
    const effect = effectOn({ older, newer, errors }, before, after);
    if (effect === undefined) return [];
    const [was, is] = [new Set(older?.applications), new Set(newer?.applications)];
    return {
      key,
      effect,
      // A generator that fails takes nothing away.
      added: errors.length > 0 ? [] : [...is].filter((name) => !was.has(name)),
      removed: errors.length > 0 ? [] : [...was].filter((name) => !is.has(name)),
      errors,
      ...(older ? { before: older } : {}),
      ...(newer ? { after: newer } : {}),
    };
  });
}

interface Sides {
  readonly older: FleetApplicationSet | undefined;
  readonly newer: FleetApplicationSet | undefined;
  readonly errors: readonly FleetwrightError[];
}

function effectOn(
  { older, newer, errors }: Sides,
  before: FleetState,
  after: FleetState,
): ApplicationSetChange["effect"] | undefined {
  const isAlike = older !== undefined && messagesOf(older.errors) === messagesOf(errors);
  if (errors.length > 0 && !isAlike) return "error";
  if (!older) return "added";
  if (!newer) return "removed";
  if (older === newer && errors.length === 0) return undefined;
  if (!equalValues(older.manifest, newer.manifest)) return "changed";
  if (!isAlike || !hasSameApplications(older, newer, before, after)) return "changed";
  return errors.length === 0 && isSameReadSet(older.readSet, newer.readSet) ? undefined : "unchanged";
}

function hasSameApplications(
  older: FleetApplicationSet,
  newer: FleetApplicationSet,
  before: FleetState,
  after: FleetState,
): boolean {
  if (older.applications === newer.applications) return true;
  const own = (state: FleetState, key: string): Value => {
    const { metadata, spec } = state.applications.get(key)!;
    return [metadata, spec];
  };
  return (
    older.applications.length === newer.applications.length &&
    newer.applications.every((key, at) => older.applications[at] === key && equalValues(own(before, key), own(after, key)))
  );
}

function messagesOf(errors: readonly FleetwrightError[]): string {
  return errors.map(({ message }) => message).join("\n");
}
