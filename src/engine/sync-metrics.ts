import { objectAt, stringAt, type ValueObject } from "../core/manifest/value.js";
import { parseRfc3339Ms } from "../core/tracking/application-flags.js";
import type { Metrics } from "../ports/telemetry.js";
import type { Application } from "./application.js";

/** Counts a sync that has ended in `phase`; how long it took only where it succeeded, as Argo CD does. */
export function countSync(
  metrics: Pick<Metrics, "count">,
  sync: {
    readonly app: Application;
    readonly server: string;
    readonly phase: string;
    /** The operation's state as it began. */
    readonly begun: ValueObject;
    readonly nowMs: number;
  },
): void {
  const { app, server, phase, begun, nowMs } = sync;
  const labels = { namespace: app.namespace, name: app.name, project: app.project, dest_server: server };
  const isDryRun = objectAt(objectAt(begun, "operation"), "sync")["dryRun"] === true;
  metrics.count("argocd_app_sync_total", { ...labels, phase, dry_run: String(isDryRun) });
  const startedMs = parseRfc3339Ms(stringAt(begun, "startedAt"));
  if (phase === "Succeeded" && startedMs !== undefined)
    metrics.count("argocd_app_sync_duration_seconds_total", labels, Math.max(0, nowMs - startedMs) / 1000);
}
