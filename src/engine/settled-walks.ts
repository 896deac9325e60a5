import type { KubernetesObject } from "../core/manifest/object.js";
import type { Application } from "./application.js";
import { isAsked, operationPhaseOf } from "./change-filter.js";
import type { FleetCluster } from "./cluster-fleet.js";
import type { ProjectVerdict } from "./projects.js";
import type { RenderOutput } from "./rooms/render.js";

/** All that a verdict came from. */
export interface WalkInputs {
  readonly app: Application;
  readonly cluster: FleetCluster;
  readonly project: ProjectVerdict;
  readonly output: RenderOutput;
  readonly settings: object;
  /** The tracking name, by which the live state counts changes. */
  readonly instance: string;
  /** Plans that are held and concern the Application. */
  readonly held: number;
}

/** How all of it was when a walk looked at it. */
export interface WalkState {
  readonly object: KubernetesObject;
  readonly settings: object;
  readonly live: object;
  readonly changes: number;
  readonly epoch: number;
  readonly project: object | undefined;
  readonly renderId: string;
  readonly held: number;
}

/**
 * Walks that ended Synced with nothing to do. While nothing that such a verdict came from has changed it is still true, and a poll of thousands of
 * Applications costs a look at each instead of a comparison.
 */
export class SettledWalks {
  private readonly settled = new Map<string, WalkState>();

  /** A walk that began at `state` ended so; `object` is the Application as it was reported. */
  note(key: string, state: WalkState, object: KubernetesObject | undefined): void {
    // What somebody asked for meanwhile came back with the answer to the report, and was not looked at.
    if (object === undefined || isOperated(object) || isAsked(state.object, object)) this.settled.delete(key);
    else this.settled.set(key, { ...state, object });
  }

  /** Whether the last walk's verdict still holds. */
  holds(inputs: WalkInputs): boolean {
    const known = this.settled.get(inputs.app.key);
    if (known === undefined) return false;
    const now = walkState(inputs);
    return (
      known.object === now.object &&
      known.settings === now.settings &&
      known.live === now.live &&
      known.changes === now.changes &&
      known.epoch === now.epoch &&
      known.project === now.project &&
      known.renderId === now.renderId &&
      known.held === now.held
    );
  }

  forget(key: string): void {
    this.settled.delete(key);
  }
}

/** Taken before the comparison: what changes while it is made and reported makes the next walk compare again. */
export function walkState({ app, cluster, project, output, settings, instance, held }: WalkInputs): WalkState {
  const { live } = cluster;
  return {
    object: app.object,
    settings,
    live,
    changes: live.changesOf(instance),
    epoch: live.epoch,
    project: project.of,
    renderId: `${output.id}|${output.sourceType}`,
    held,
  };
}

function isOperated(object: KubernetesObject): boolean {
  return object["operation"] != null || operationPhaseOf(object) === "Running";
}
