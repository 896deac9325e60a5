import { applicationOf } from "./application.js";
import { isAsked, isChangedBeyondStatus, rolloutOf, standingOf } from "./change-filter.js";
import type { ClusterFleet } from "./cluster-fleet.js";
import { isClusterSecret } from "./control-plane.js";
import type { Informer, InformerChange } from "./informer.js";
import type { LateReaders } from "./late-readers.js";
import { sameValue } from "./merge-patch.js";
import type { Notifier } from "./notifications/notifier.js";
import { keyOfObject } from "./object-key.js";
import type { Share } from "./replicas/share.js";
import { pollIntervalAnnotation, type RepositoryBook } from "./repositories.js";
import type { RepositoryWatch } from "./rooms/watch.js";
import type { SetWork } from "./set-work.js";
import type { ControllerSettings } from "./settings.js";
import type { WorkQueue } from "./work-queue.js";

/** Who hears of the control plane's objects. What comes to be only when the controller starts is asked for anew. */
export interface PlaneChangeParts {
  readonly applications: () => Informer;
  readonly queue: WorkQueue;
  readonly setWork: SetWork;
  readonly share: Share;
  readonly late: LateReaders;
  readonly fleet: ClusterFleet;
  readonly repositories: RepositoryBook;
  readonly watch: () => RepositoryWatch | undefined;
  readonly notifier: () => Notifier | undefined;
  readonly isReady: () => boolean;
  readonly settings: () => Pick<ControllerSettings, "globalProjects">;
}

/** Turns what happens to Applications, sets, projects and Secrets into keys on the queues. */
export class PlaneChanges {
  constructor(private readonly parts: PlaneChangeParts) {}

  onApplication({ before, after }: InformerChange, own: boolean): void {
    const object = (after ?? before)!;
    const key = keyOfObject(object);
    const isTaken = after !== undefined && this.parts.share.takes(key, after);
    // Of another replica's Applications there is nothing to tell, or to do, here.
    if (after === undefined || isTaken) this.parts.notifier()?.add(key);
    if (after === undefined) {
      this.parts.share.forget(key);
      this.parts.queue.forget(key);
      this.parts.late.forget(key);
      this.parts.watch()?.forget(key);
      this.parts.queue.add(key);
    } else if (isTaken && (before === undefined || isAsked(before, after)))
      this.parts.queue.add(key, { urgent: before !== undefined });
    const owner = object.metadata.ownerReferences?.find((reference) => reference.kind === "ApplicationSet");
    // Who comes to lead the sets looks at all of them then.
    if (owner === undefined || !this.parts.isReady() || !this.parts.share.leadsSets) return;
    const set = `${object.metadata.namespace ?? ""}/${owner.name}`;
    if (before === undefined || after === undefined || isChangedBeyondStatus(before, after)) {
      if (!own) this.parts.setWork.addSoon(set);
    } else if (!sameValue(standingOf(before), standingOf(after))) this.parts.setWork.addStanding(set);
  }

  onApplicationSet({ before, after }: InformerChange): void {
    const key = keyOfObject((after ?? before)!);
    if (after === undefined) {
      this.parts.setWork.forget(key);
      this.parts.watch()?.forget(`set:${key}`);
    }
    if (before === undefined || after === undefined || isChangedBeyondStatus(before, after)) this.parts.setWork.add(key);
    // What has become Pending is synced by the next reconcile, which nothing else announces.
    else if (!sameValue(rolloutOf(before), rolloutOf(after))) this.parts.setWork.addSoon(key);
  }

  onProject({ before, after }: InformerChange): void {
    if (!sameValue(before?.metadata.annotations, after?.metadata.annotations)) this.parts.notifier()?.addAll();
    // By its labels a project belongs to global ones.
    const isSameRule = sameValue(before?.metadata.labels, after?.metadata.labels) && sameValue(before?.["spec"], after?.["spec"]);
    if (before !== undefined && after !== undefined && isSameRule) return;
    const { name } = (after ?? before)!.metadata;
    const isGlobal = this.parts.settings().globalProjects.some(({ projectName }) => projectName === name);
    for (const application of this.parts.applications().values())
      if (isGlobal || applicationOf(application).project === name) this.parts.queue.add(keyOfObject(application));
    if (before === undefined || after === undefined) this.parts.setWork.addAll();
  }

  onSecret({ before, after }: InformerChange): void {
    const object = (after ?? before)!;
    if (
      before !== undefined &&
      after !== undefined &&
      !isChangedBeyondStatus(before, after) &&
      sameValue(before["data"], after["data"])
    )
      return;
    if (isClusterSecret(object)) {
      if (after === undefined) this.parts.fleet.remove(object.metadata.name);
      else if (this.parts.isReady()) this.parts.fleet.put(after);
      this.parts.setWork.addAll();
      return;
    }
    if (after === undefined) this.parts.repositories.remove(object.metadata.name);
    else this.parts.repositories.put(after);
    if (before?.metadata.annotations?.[pollIntervalAnnotation] !== after?.metadata.annotations?.[pollIntervalAnnotation])
      this.parts.watch()?.reschedule();
  }
}
