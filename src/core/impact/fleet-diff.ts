import type { FleetwrightError } from "../errors.js";
import { equalValues, objectAt, stringAt, type ValueObject } from "../manifest/value.js";
import { isSameReadSet } from "../render/recording-tree.js";
import { coverOptions } from "./cover-secrets.js";
import { changedFields, type FieldChange } from "./field-change.js";
import type { ApplicationOrigin, FleetApplication, FleetState } from "./fleet-state.js";
import { changedResources, type ResourceChange, type ResourceDiffOptions } from "./resource-change.js";

/** What a change of the repository does to one Application. */
export interface ApplicationChange {
  readonly key: string;
  readonly name: string;
  readonly namespace: string;
  /** `unchanged`: it was rendered anew, or one of its files changed, and every byte is the same. */
  readonly effect: "added" | "removed" | "changed" | "unchanged" | "error";
  /** Fields of metadata and spec that differ. */
  readonly spec: readonly FieldChange[];
  readonly resources: readonly ResourceChange[];
  /** The destination before and after, where it moves. */
  readonly movedFrom?: ValueObject;
  readonly before?: FleetApplication;
  readonly after?: FleetApplication;
  readonly error?: FleetwrightError;
  /** The side at which it is broken. */
  readonly errorAt?: "before" | "after";
}

/**
 * Every Application that the move from `before` to `after` touches, sorted by key; one that kept its spec and its render is not in the list.
 * An Application that cannot be rendered at one side is `error`, unless both sides fail alike. So is one that seems to appear or vanish only since
 * what makes it is broken at the other side: Argo CD keeps the Applications of a set whose generator fails.
 */
export function diffFleets(before: FleetState, after: FleetState, options: ResourceDiffOptions): readonly ApplicationChange[] {
  const keys: string[] = [];
  for (const [key, application] of before.applications) if (after.applications.get(key) !== application) keys.push(key);
  for (const key of after.applications.keys()) if (!before.applications.has(key)) keys.push(key);
  const changes: ApplicationChange[] = [];
  for (const key of keys.sort()) {
    const [older, newer] = [before.applications.get(key), after.applications.get(key)];
    const change = brokenOrigin({ older, newer }, before, after) ?? diffApplication(older, newer, options);
    if (change) changes.push(change);
  }
  return changes;
}

function brokenOrigin(
  { older, newer }: { readonly older: FleetApplication | undefined; readonly newer: FleetApplication | undefined },
  before: FleetState,
  after: FleetState,
): ApplicationChange | undefined {
  if (older && newer) return undefined;
  const { key, name, namespace, origin } = (older ?? newer)!;
  const other = older ? after : before;
  const error = originError(origin, other);
  if (!error) return undefined;
  const side = older ? { before: older, errorAt: "after" as const } : { after: newer!, errorAt: "before" as const };
  return { key, name, namespace, effect: "error", spec: [], resources: [], error, ...side };
}

/** Why an Application of this origin is not there: the error of its set, or of the file that held it. */
function originError(origin: ApplicationOrigin, state: FleetState): FleetwrightError | undefined {
  const set = origin.kind === "applicationSet" ? state.applicationSets.get(origin.applicationSet) : undefined;
  return set?.errors[0] ?? state.problems.find(({ unreadable }) => unreadable === origin.file)?.error;
}

function diffApplication(
  before: FleetApplication | undefined,
  after: FleetApplication | undefined,
  options: ResourceDiffOptions,
): ApplicationChange | undefined {
  const present = after ?? before!;
  const common = {
    key: present.key,
    name: present.name,
    namespace: present.namespace,
    ...(before ? { before } : {}),
    ...(after ? { after } : {}),
  };
  if (!before || !after) {
    const shown = { ...options, specs: [present.spec] };
    const resources = changedResources(before?.render.manifests ?? [], after?.render.manifests ?? [], shown);
    const error = present.render.error;
    if (after && error) return { ...common, effect: "error", spec: [], resources, error, errorAt: "after" };
    return { ...common, effect: after ? "added" : "removed", spec: [], resources };
  }
  if (before.render === after.render && before.spec === after.spec && before.metadata === after.metadata) return undefined;
  const spec = coverOptions(
    [...changedFields(before.metadata, after.metadata, "metadata"), ...changedFields(before.spec, after.spec, "spec")],
    { manifests: () => [...before.render.manifests, ...after.render.manifests], specs: [before.spec, after.spec] },
    options.secretKey,
  );
  if (before.render === after.render && spec.length === 0) return undefined;
  // What was compared without being rendered may turn out to have read nothing that changed.
  if (spec.length === 0 && isSameReadSet(before.render.readSet, after.render.readSet)) return undefined;
  const moved = destinationMove(before, after);
  const failed = errorOfOneSide(before, after);
  if (failed) return { ...common, ...moved, effect: "error", spec, resources: [], ...failed };
  const shown = { ...options, specs: [before.spec, after.spec] };
  const resources =
    before.render === after.render ? [] : changedResources(before.render.manifests, after.render.manifests, shown);
  const effect = spec.length > 0 || resources.length > 0 ? "changed" : "unchanged";
  return { ...common, ...moved, effect, spec, resources };
}

function errorOfOneSide(
  before: FleetApplication,
  after: FleetApplication,
): Required<Pick<ApplicationChange, "error" | "errorAt">> | undefined {
  const [older, newer] = [before.render.error, after.render.error];
  if (older?.message === newer?.message) return undefined;
  return newer ? { error: newer, errorAt: "after" } : older && { error: older, errorAt: "before" };
}

function destinationMove(before: FleetApplication, after: FleetApplication): { readonly movedFrom?: ValueObject } {
  const from = objectAt(before.spec, "destination");
  const to = objectAt(after.spec, "destination");
  return equalValues(from, to) || (stringAt(from, "server") === "" && stringAt(from, "name") === "") ? {} : { movedFrom: from };
}
