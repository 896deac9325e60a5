import { expect, test } from "vitest";
import { applicationOf } from "./application.js";
import { countSync } from "./sync-metrics.js";

const app = applicationOf({
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Application",
  metadata: { name: "web", namespace: "argocd" },
});
const begun = { startedAt: "2026-01-01T00:00:00Z", operation: { sync: {} } };

test("a sync is counted by how it ended, and its time where it succeeded", () => {
  const counted: unknown[] = [];
  const metrics = { count: (name: string, labels?: object, by?: number) => void counted.push([name, labels, by]) };
  const nowMs = Date.parse("2026-01-01T00:00:07Z");
  const labels = { namespace: "argocd", name: "web", project: "default", dest_server: "https://east" };
  countSync(metrics, { app, server: "https://east", phase: "Succeeded", begun, nowMs });
  countSync(metrics, { app, server: "https://east", phase: "Failed", begun, nowMs });
  expect(counted).toEqual([
    ["argocd_app_sync_total", { ...labels, phase: "Succeeded", dry_run: "false" }, undefined],
    ["argocd_app_sync_duration_seconds_total", labels, 7],
    ["argocd_app_sync_total", { ...labels, phase: "Failed", dry_run: "false" }, undefined],
  ]);
});
