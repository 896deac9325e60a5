import { expect, test } from "vitest";
import { prometheusMetrics } from "./prometheus-metrics.js";

test("metrics are written with Argo CD's names and labels; a series that is removed is not shown any more", async () => {
  const metrics = prometheusMetrics();
  const labels = {
    namespace: "argocd",
    name: "web",
    project: "default",
    repo: "r",
    dest_server: "s",
    dest_namespace: "n",
    sync_status: "Synced",
    health_status: "Healthy",
    operation: "",
    autosync_enabled: "true",
  };
  metrics.gauge("argocd_app_info", labels, 1);
  metrics.count("fleetwright_render_cache_hits_total");
  expect(await metrics.text()).toMatch(
    /argocd_app_info\{namespace="argocd",name="web",.*sync_status="Synced",health_status="Healthy".*\} 1/,
  );
  expect(await metrics.text()).toContain("fleetwright_render_cache_hits_total 1");
  metrics.removeGauge("argocd_app_info", labels);
  expect(await metrics.text()).not.toContain('name="web"');
});

test("a metric that is not declared is our own mistake", () => {
  expect(() => prometheusMetrics().count("argocd_app_unknown_total")).toThrow(expect.objectContaining({ kind: "invariant" }));
});
