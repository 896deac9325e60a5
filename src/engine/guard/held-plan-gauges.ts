import { asValue, type KubernetesObject } from "../../core/manifest/object.js";
import { isObject, listAt, objectAt, stringAt } from "../../core/manifest/value.js";
import { parseRfc3339Ms } from "../../core/tracking/application-flags.js";
import type { Clock } from "../../ports/clock.js";
import type { Labels, Metrics } from "../../ports/telemetry.js";
import { keyOfObject } from "../object-key.js";
import type { HeldPlan } from "./guard-record.js";

const age = "fleetwright_held_plan_age_seconds";

/** Metrics of what waits for an approval: commits over budget, and deletions that ApplicationSets hold. */
export class HeldPlanGauges {
  private series = new Map<string, Labels>();

  constructor(
    private readonly metrics: Metrics,
    private readonly clock: Clock,
  ) {}

  update(plans: readonly HeldPlan[], sets: readonly KubernetesObject[]): void {
    const waiting = [
      ...plans.map(({ repoURL, revision, hash, since }) => ({
        labels: { kind: "commit", name: `${repoURL} ${revision}`, plan: hash.slice(0, 12) },
        since,
      })),
      ...sets.flatMap((set) => {
        const since = heldSince(set);
        const labels = { kind: "applicationset", name: keyOfObject(set), plan: "" };
        return since === undefined ? [] : [{ labels, since }];
      }),
    ];
    const series = new Map<string, Labels>();
    for (const { labels, since } of waiting) {
      series.set(JSON.stringify(labels), labels);
      this.metrics.gauge(age, labels, Math.max(0, (this.clock.now() - (parseRfc3339Ms(since) ?? this.clock.now())) / 1000));
    }
    for (const [key, labels] of this.series) if (!series.has(key)) this.metrics.removeGauge(age, labels);
    this.series = series;
    for (const kind of ["commit", "applicationset"])
      this.metrics.gauge("fleetwright_held_plans", { kind }, waiting.filter(({ labels }) => labels.kind === kind).length);
  }
}

function heldSince(set: KubernetesObject): string | undefined {
  const conditions = listAt(objectAt(asValue(set), "status"), "conditions").filter(isObject);
  const held = conditions.find((one) => one["type"] === "DeletionsHeld" && one["status"] === "True");
  return held && stringAt(held, "lastTransitionTime");
}
