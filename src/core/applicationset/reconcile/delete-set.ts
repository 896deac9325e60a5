import type { KubernetesObject } from "../../manifest/object.js";
import type { ValueObject } from "../../manifest/value.js";
import { resourcesFinalizer } from "../template/application-renderer.js";
import { ownedBy } from "./ownership.js";
import { policyOf } from "./policy.js";
import { isDeletedInReverse, rolloutSteps } from "./rollout-steps.js";
import type { ApplicationDelete, ApplicationUpdate, ReconcileInput, ReconcilePlan, ReconcileSettings } from "./types.js";

/** How long an Application may be on its way out before the wait is an error. */
const maxTerminatingMs = 120_000;

const nothing: ReconcilePlan = {
  creates: [],
  updates: [],
  deletes: [],
  status: undefined,
  finalizers: undefined,
  removeAnnotations: [],
  events: [],
  refreshes: [],
  requeueAfterSeconds: 0,
  error: undefined,
  held: undefined,
  renames: [],
};

/**
 * What to do while the set itself is being deleted: a policy without deletes sets its Applications free, a reverse order deletes them one by one
 * from the last step on, and then the set may go.
 */
export function planSetDeletion(input: ReconcileInput, settings: ReconcileSettings): ReconcilePlan {
  const { set } = input;
  const owned = ownedBy(set, input.existing);
  const isKept = !policyOf(set.spec, settings).allowsDelete;
  const updates = isKept ? owned.map(setFree) : [];
  if (!isKept && isDeletedInReverse(set.spec)) {
    const next = nextInReverse(input, owned);
    if (next) return { ...nothing, ...next };
  }
  const finalizers = (set.metadata.finalizers ?? []).filter((finalizer) => finalizer !== resourcesFinalizer);
  return { ...nothing, updates, finalizers };
}

function setFree(application: KubernetesObject): ApplicationUpdate {
  const { ownerReferences: _, ...metadata } = application.metadata;
  const patch: ValueObject = { metadata: { ownerReferences: null } };
  return { name: application.metadata.name, patch, result: { ...application, metadata } };
}

function nextInReverse(input: ReconcileInput, owned: readonly KubernetesObject[]): Partial<ReconcilePlan> | undefined {
  const { stepOf } = rolloutSteps(input.set.spec, owned);
  const ordered = owned
    .filter((application) => stepOf.has(application.metadata.name))
    .sort((a, b) => stepOf.get(b.metadata.name)! - stepOf.get(a.metadata.name)! || (a.metadata.name < b.metadata.name ? -1 : 1));
  const application = ordered[0];
  if (!application) return undefined;
  const { name, uid, deletionTimestamp } = application.metadata;
  if (deletionTimestamp === undefined) {
    const gone: ApplicationDelete = { name, uid, finalizersBefore: undefined };
    return { deletes: [gone], requeueAfterSeconds: 10 };
  }
  if (Date.parse(input.now) - Date.parse(deletionTimestamp) > maxTerminatingMs)
    return { error: "application has not been deleted in over 2 minutes" };
  return { requeueAfterSeconds: 10 };
}
