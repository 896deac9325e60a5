import type { Labels, Metrics } from "../ports/telemetry.js";

/** Argo CD's `argocd_app_labels` and its like: chosen labels of an object as labels of a series (`label_team_name`). */
export class LabelGauges {
  private readonly shown = new Map<string, Labels>();

  constructor(
    private readonly metrics: Pick<Metrics, "gauge" | "removeGauge">,
    private readonly metric: string,
  ) {}

  /** Shows the labels of these names; with none chosen nothing is shown. */
  update(key: string, own: Labels, chosen: { readonly names: readonly string[]; readonly of: Labels | undefined }): void {
    const next = chosen.names.length === 0 ? undefined : { ...own, ...translated(chosen.names, chosen.of ?? {}) };
    const old = this.shown.get(key);
    if (old === next || (old !== undefined && next !== undefined && areSame(old, next))) return;
    this.remove(key);
    if (next === undefined) return;
    this.metrics.gauge(this.metric, next, 1);
    this.shown.set(key, next);
  }

  remove(key: string): void {
    const old = this.shown.get(key);
    if (old !== undefined) this.metrics.removeGauge(this.metric, old);
    this.shown.delete(key);
  }

  /** Takes away what is not among these keys. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const key of this.shown.keys()) if (!keys.has(key)) this.remove(key);
  }
}

function translated(names: readonly string[], labels: Labels): Labels {
  return Object.fromEntries(names.map((name) => [`label_${name.replaceAll(/[^a-zA-Z0-9_]/g, "_")}`, labels[name] ?? ""]));
}

function areSame(a: Labels, b: Labels): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
