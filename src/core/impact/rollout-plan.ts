import { sha256Hex } from "../../platform/hash.js";
import { formatResourceKey } from "../manifest/object.js";
import { stringAt, type Value, type ValueObject } from "../manifest/value.js";
import { emitJson } from "../yaml/json.js";
import { type ApplicationChange, diffFleets } from "./fleet-diff.js";
import type { FleetApplication } from "./fleet-state.js";
import { type Budget, exceededBudgets, type OverBudget } from "./guard.js";

/** What one commit would do to the Applications that read it, and the budgets that it exceeds. */
export interface RolloutPlan {
  /** Names exactly these effects: any other effect on any Application has another. */
  readonly hash: string;
  readonly over: readonly OverBudget[];
  readonly changes: readonly PlannedChange[];
}

/** One Application's part, without values: some may be secret. */
export interface PlannedChange {
  readonly application: string;
  readonly effect: ApplicationChange["effect"];
  /** Fields of its metadata and spec, and resources, that change. */
  readonly spec: readonly string[];
  readonly resources: readonly string[];
}

type Fleet = ReadonlyMap<string, FleetApplication>;

/** Compares the Applications at both commits. Pure; the same two fleets always give the same hash. */
export function planRollout(
  fleets: { readonly before: Fleet; readonly after: Fleet },
  budgets: readonly Budget[],
  place: { readonly repoURL: string; readonly revision: string },
): RolloutPlan {
  const state = (applications: Fleet) => ({ applications, applicationSets: new Map(), problems: [], clusterFiles: new Map() });
  const changes = diffFleets(state(fleets.before), state(fleets.after), { secretKey: "plan" }).filter(
    ({ effect }) => effect !== "unchanged",
  );
  const identity = changes.map(({ key, effect, before, after }) => [key, effect, sideOf(before), sideOf(after)]);
  return {
    hash: sha256Hex(emitJson([place.repoURL, place.revision, identity] as unknown as Value)),
    over: exceededBudgets(changes, budgets),
    changes: changes.map(({ key, effect, spec, resources }) => ({
      application: key,
      effect,
      spec: spec.map(({ path }) => path),
      resources: resources.map(({ kind, resource }) => `${kind} ${formatResourceKey(resource)}`),
    })),
  };
}

/** All that a side of a change is. */
function sideOf(application: FleetApplication | undefined): Value {
  if (!application) return null;
  const { metadata, spec, render } = application;
  const own = {
    labels: metadata["labels"] ?? null,
    annotations: metadata["annotations"] ?? null,
    name: stringAt(metadata, "name"),
  };
  const rendered = render.error ? { error: render.error.message } : { manifests: render.manifests };
  return sha256Hex(emitJson({ own, spec, ...rendered } as unknown as ValueObject));
}

/** `production: changed is 12, at most 5 is allowed` */
export function overBudgetText({ budget, limit, max, found }: OverBudget): string {
  return `${budget}: ${limit} is ${found}, at most ${max} is allowed`;
}
