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

test("a series has one value, counted up or set; labels are escaped, numbers written as Prometheus reads them", async () => {
  const metrics = prometheusMetrics();
  metrics.count("argocd_webhook_requests_total", { repo: 'a "b"\\c\nd' });
  metrics.count("argocd_webhook_requests_total", { repo: 'a "b"\\c\nd' }, 2);
  metrics.gauge("fleetwright_queue_depth", { queue: "applications" }, 3);
  metrics.gauge("fleetwright_queue_depth", { queue: "applications" }, Number.POSITIVE_INFINITY);
  const text = await metrics.text();
  expect(text).toContain('argocd_webhook_requests_total{repo="a \\"b\\"\\\\c\\nd"} 3\n');
  expect(text.match(/^fleetwright_queue_depth\{.*$/gm)).toEqual(['fleetwright_queue_depth{queue="applications"} +Inf']);
});

test("while thousands of series are written other work goes on", async () => {
  const metrics = prometheusMetrics();
  for (let each = 0; each < 5_000; each++)
    metrics.gauge("argocd_app_labels", { namespace: "argocd", name: `app-${each}`, project: "default" }, 1);
  let turns = 0;
  const count = (): void => {
    turns++;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  const text = await metrics.text();
  clearImmediate(next);
  expect(text.match(/^argocd_app_labels\{/gm)).toHaveLength(5_000);
  expect(turns).toBeGreaterThan(5);
});

test("where users name further labels a series is told apart by them, and taken away by them", async () => {
  const metrics = prometheusMetrics();
  const own = { namespace: "argocd", name: "web", project: "default" };
  metrics.gauge("argocd_app_labels", { ...own, label_team: "a" }, 1);
  metrics.gauge("argocd_app_labels", { ...own, label_team: "b", label_env: "dev" }, 1);
  metrics.removeGauge("argocd_app_labels", { ...own, label_team: "a" });
  expect((await metrics.text()).match(/^argocd_app_labels\{.*$/gm)).toEqual([
    'argocd_app_labels{namespace="argocd",name="web",project="default",label_env="dev",label_team="b"} 1',
  ]);
});

test("a label that is not declared is our own mistake", () => {
  expect(() => prometheusMetrics().gauge("fleetwright_queue_depth", { line: "a" }, 1)).toThrow(
    expect.objectContaining({ kind: "invariant" }),
  );
});
