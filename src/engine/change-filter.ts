import { driftAnnotation } from "../core/drift/record-text.js";
import type { KubernetesObject } from "../core/manifest/object.js";
import { objectAt, stringAt, type ValueObject } from "../core/manifest/value.js";
import { refreshAnnotation } from "./application.js";
import type { InformerChange } from "./informer.js";
import { sameValue } from "./merge-patch.js";
import { hookIntentsAnnotation } from "./operation-state.js";

/** Whether someone else than this controller wants something of an Application. */
export function isAsked(before: KubernetesObject, after: KubernetesObject): boolean {
  if (isChangedBeyondStatus(before, after)) return true;
  const asked = after["operation"];
  const state = objectAt(objectAt(after as unknown as ValueObject, "status"), "operationState");
  const begun = stringAt(state, "phase") === "Running" ? state["operation"] : undefined;
  // The controller writes an operation together with its state: nobody else asked for that one.
  if (!sameValue(before["operation"], asked) && asked !== undefined && asked !== null && !sameValue(asked, begun)) return true;
  return operationPhaseOf(after) === "Terminating" && operationPhaseOf(before) !== "Terminating";
}

/** The phase of an Application's last operation; "" without one. */
export function operationPhaseOf(object: KubernetesObject | undefined): string {
  return stringAt(objectAt(objectAt(object as unknown as ValueObject | undefined, "status"), "operationState"), "phase");
}

export function isChangedBeyondStatus(before: KubernetesObject, after: KubernetesObject): boolean {
  const marks = (object: KubernetesObject): unknown => {
    const { labels, annotations = {}, finalizers, deletionTimestamp } = object.metadata;
    // These come and go by the controller's own doing.
    const { [refreshAnnotation]: refresh, [hookIntentsAnnotation]: _, [driftAnnotation]: __, ...others } = annotations;
    return { labels, others, finalizers, deletionTimestamp, refresh };
  };
  if (!sameValue(before["spec"], after["spec"])) return true;
  return !sameValue(marks(before), marks(after)) && !isOnlyServed(before, after);
}

/** The refresh annotation went and nothing else changed. */
function isOnlyServed(before: KubernetesObject, after: KubernetesObject): boolean {
  const without = (object: KubernetesObject): unknown => {
    const {
      [refreshAnnotation]: _,
      [hookIntentsAnnotation]: __,
      [driftAnnotation]: ___,
      ...others
    } = object.metadata.annotations ?? {};
    const { labels, finalizers, deletionTimestamp } = object.metadata;
    return { labels, others, finalizers, deletionTimestamp };
  };
  return after.metadata.annotations?.[refreshAnnotation] === undefined && sameValue(without(before), without(after));
}

/** How an Application stands, as its ApplicationSet sees it. */
export function standingOf(object: KubernetesObject): unknown {
  const status = objectAt(object as unknown as ValueObject, "status");
  return [stringAt(objectAt(status, "sync"), "status"), stringAt(objectAt(status, "health"), "status"), operationPhaseOf(object)];
}

/** Where an ApplicationSet's roll-out stands, as its status says. */
export function rolloutOf(set: KubernetesObject): unknown {
  return objectAt(set as unknown as ValueObject, "status")["applicationStatus"];
}

/** Whether an object changed in more than its version and what other writers note about themselves. */
export function isSignificant({ before, after }: InformerChange): boolean {
  if (before === undefined || after === undefined) return true;
  const bare = (object: KubernetesObject): unknown => {
    const { resourceVersion: _, managedFields: __, ...metadata } = object.metadata;
    return { ...object, metadata };
  };
  return !sameValue(bare(before), bare(after));
}
