import type { Assessment } from "../core/health/assess.js";
import type { KubernetesObject } from "../core/manifest/object.js";
import type { Clock, Random } from "../ports/clock.js";
import type { ClusterPort } from "../ports/cluster.js";
import type { Telemetry } from "../ports/telemetry.js";
import type { Application } from "./application.js";
import type { ApplicationDeletion } from "./application-deletion.js";
import type { FleetCluster } from "./cluster-fleet.js";
import type { Differ } from "./decide.js";
import type { EventRecorder } from "./events.js";
import type { HeldPlan } from "./guard/guard-record.js";
import type { Informer } from "./informer.js";
import type { ProjectVerdict } from "./projects.js";
import type { CompareMemory } from "./rooms/compare.js";
import type { RenderRoom } from "./rooms/render.js";
import type { ControllerSettings } from "./settings.js";

/** All that the walk of an Application may use. */
export interface ApplicationContext {
  readonly hub: ClusterPort;
  readonly namespace: string;
  readonly applications: Informer;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly events: EventRecorder;
  readonly render: RenderRoom;
  readonly settings: () => ControllerSettings;
  readonly assess: (object: KubernetesObject) => Assessment;
  /** Runs the users' health scripts of these objects, so that `assess` knows what they say. */
  readonly prepareHealth: (objects: readonly KubernetesObject[]) => Promise<void>;
  readonly differFor: (app: Application) => Differ;
  readonly compareMemory: CompareMemory;
  readonly waveDelayMs: () => number;
  /** Throws InputError with Argo CD's words. */
  readonly clusterOf: (app: Application) => FleetCluster;
  readonly projectOf: (app: Application, cluster: FleetCluster) => ProjectVerdict;
  readonly deletion: ApplicationDeletion;
  /** Held plans that would change an Application. */
  readonly heldPlans: (key: string) => readonly HeldPlan[];
  /** An Application reads these now. */
  readonly onSources: (
    key: string,
    places: readonly { readonly repoURL: string; readonly revision: string; readonly commit: string | undefined }[],
  ) => void;
}
