/** Every metric: its kind, its help and its labels. A name that is not here is our bug. */
export interface MetricDeclaration {
  readonly kind: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
  /** Users name further labels of a counter or gauge (`label_team`). */
  readonly more?: boolean;
}

const app = ["namespace", "name"] as const;
const fast = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Argo CD's names first (so that dashboards and alerts go on working), then our own. */
export const metricTable: Readonly<Record<string, MetricDeclaration>> = {
  argocd_app_info: {
    kind: "gauge",
    help: "Information about application.",
    labels: [
      ...app,
      "project",
      "repo",
      "dest_server",
      "dest_namespace",
      "sync_status",
      "health_status",
      "operation",
      "autosync_enabled",
    ],
  },
  argocd_app_condition: { kind: "gauge", help: "Report application conditions.", labels: [...app, "condition"] },
  argocd_app_labels: {
    kind: "gauge",
    help: "Argo Application labels converted to Prometheus labels",
    labels: [...app, "project"],
    more: true,
  },
  argocd_app_orphaned_resources_count: {
    kind: "gauge",
    help: "Number of orphaned resources per application.",
    labels: [...app, "project"],
  },
  fleetwright_verdict_age_seconds: {
    kind: "gauge",
    help: "How long ago an application was compared with its cluster for the last time.",
    labels: [...app, "project"],
  },
  fleetwright_cluster_circuit_open: {
    kind: "gauge",
    help: "Whether requests to a cluster are refused at once because it does not answer.",
    labels: ["server"],
  },
  argocd_app_sync_total: {
    kind: "counter",
    help: "Number of application syncs.",
    labels: [...app, "project", "dest_server", "phase", "dry_run"],
  },
  argocd_app_sync_duration_seconds_total: {
    kind: "counter",
    help: "Application sync performance in seconds total.",
    labels: [...app, "project", "dest_server"],
  },
  argocd_app_reconcile: {
    kind: "histogram",
    help: "Application reconciliation performance in seconds.",
    labels: ["namespace", "dest_server"],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16],
  },
  argocd_appset_info: {
    kind: "gauge",
    help: "Information about applicationset",
    labels: ["namespace", "name", "resource_update_status"],
  },
  argocd_appset_labels: {
    kind: "gauge",
    help: "Applicationset labels translated to Prometheus labels",
    labels: ["namespace", "name"],
    more: true,
  },
  argocd_appset_owned_applications: {
    kind: "gauge",
    help: "Number of applications owned by the applicationset",
    labels: ["namespace", "name"],
  },
  argocd_appset_reconcile: {
    kind: "histogram",
    help: "Application reconciliation performance in seconds.",
    labels: ["namespace", "name"],
    buckets: [0.25, 0.5, 1, 2, 4, 8, 16],
  },
  argocd_cluster_info: { kind: "gauge", help: "Information about cluster.", labels: ["server", "k8s_version", "name"] },
  argocd_cluster_connection_status: {
    kind: "gauge",
    help: "The k8s cluster current connection status.",
    labels: ["server", "k8s_version"],
  },
  argocd_cluster_api_resource_objects: {
    kind: "gauge",
    help: "Number of k8s resource objects in the cache.",
    labels: ["server"],
  },
  argocd_cluster_api_resources: { kind: "gauge", help: "Number of monitored Kubernetes API resources.", labels: ["server"] },
  argocd_cluster_cache_age_seconds: { kind: "gauge", help: "Cluster cache age in seconds.", labels: ["server"] },
  argocd_cluster_events_total: {
    kind: "counter",
    help: "Number of processed k8s resource events.",
    labels: ["server", "group", "kind"],
  },
  argocd_cluster_labels: {
    kind: "gauge",
    help: "Argo Cluster labels converted to Prometheus labels",
    labels: ["server", "name"],
    more: true,
  },
  argocd_redis_request_total: {
    kind: "counter",
    help: "Number of redis requests executed for shared renders",
    labels: ["hostname", "initiator", "command", "failed"],
  },
  argocd_redis_request_duration: {
    kind: "histogram",
    help: "Redis requests duration.",
    labels: ["hostname", "initiator"],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1],
  },
  argocd_git_request_total: {
    kind: "counter",
    help: "Number of git requests performed by repo server",
    labels: ["repo", "request_type"],
  },
  argocd_git_request_duration_seconds: {
    kind: "histogram",
    help: "Git requests duration seconds.",
    labels: ["repo", "request_type"],
    buckets: [0.1, 0.25, 0.5, 1, 2, 4, 10, 20],
  },
  argocd_git_fetch_fail_total: {
    kind: "counter",
    help: "Number of git fetch requests failures by repo server",
    labels: ["repo"],
  },
  argocd_git_lsremote_fail_total: {
    kind: "counter",
    help: "Number of git ls-remote requests failures by repo server",
    labels: ["repo"],
  },
  argocd_webhook_requests_total: {
    kind: "counter",
    help: "Number of webhook requests received by repo.",
    labels: ["repo"],
  },
  fleetwright_room_duration_seconds: {
    kind: "histogram",
    help: "How long a room of a reconcile took.",
    labels: ["room"],
    buckets: fast,
  },
  fleetwright_queue_depth: { kind: "gauge", help: "Keys that wait or are worked on.", labels: ["queue"] },
  fleetwright_queue_oldest_seconds: {
    kind: "gauge",
    help: "How long the key that has waited longest has done so.",
    labels: ["queue"],
  },
  fleetwright_queue_wait_seconds: {
    kind: "histogram",
    help: "How long keys waited before they were worked on.",
    labels: ["queue"],
    buckets: fast,
  },
  fleetwright_shard_applications: { kind: "gauge", help: "Applications that this replica works on.", labels: [] },
  fleetwright_shard_members: { kind: "gauge", help: "Replicas that share the fleet, as this one sees it.", labels: [] },
  fleetwright_shard_generation: { kind: "gauge", help: "Number of the view of replicas that this one works by.", labels: [] },
  fleetwright_applicationset_leader: {
    kind: "gauge",
    help: "1 where this replica leads the ApplicationSets.",
    labels: [],
  },
  fleetwright_render_cache_hits_total: { kind: "counter", help: "Renders that were found by what they read.", labels: [] },
  fleetwright_render_cache_misses_total: { kind: "counter", help: "Renders that had to be made.", labels: [] },
  fleetwright_shared_cache_requests_total: {
    kind: "counter",
    help: "Renders that were asked for in the shared cache.",
    labels: ["result"],
  },
  fleetwright_shared_cache_failures_total: {
    kind: "counter",
    help: "The shared cache failed (unreachable) or held what is not ours (forged).",
    labels: ["reason"],
  },
  fleetwright_commit_readers_total: {
    kind: "counter",
    help: "Applications and ApplicationSets that follow what a new commit came to, by whether it changed anything that they read.",
    labels: ["touched"],
  },
  fleetwright_provider_requests_total: {
    kind: "counter",
    help: "Requests to the APIs of git hosts; 304 means that nothing had changed.",
    labels: ["host", "status"],
  },
  fleetwright_provider_budget_remaining: {
    kind: "gauge",
    help: "Requests that a git host still allows in this period.",
    labels: ["host"],
  },
  fleetwright_provider_budget_limit: {
    kind: "gauge",
    help: "Requests that a git host allows in a period.",
    labels: ["host"],
  },
  argocd_notifications_deliveries_total: {
    kind: "counter",
    help: "Number of delivered notifications.",
    labels: ["trigger", "service", "succeeded"],
  },
  argocd_notifications_trigger_eval_total: {
    kind: "counter",
    help: "Number of trigger evaluations.",
    labels: ["name", "triggered"],
  },
  fleetwright_held_plans: {
    kind: "gauge",
    help: "Plans that wait for an approval: commits over budget, deletions of ApplicationSets.",
    labels: ["kind"],
  },
  fleetwright_held_plan_age_seconds: {
    kind: "gauge",
    help: "How long a plan has waited for an approval.",
    labels: ["kind", "name", "plan"],
  },
  fleetwright_plan_seconds: {
    kind: "histogram",
    help: "How long it took to find out what a commit would do.",
    labels: [],
    buckets: fast,
  },
  fleetwright_drift_age_seconds: {
    kind: "gauge",
    help: "How long an application has differed from git.",
    labels: [...app, "project", "env"],
  },
  fleetwright_drift_onset_timestamp_seconds: {
    kind: "gauge",
    help: "Since when an application has differed from git, in seconds since the epoch.",
    labels: [...app, "project", "env"],
  },
  fleetwright_drift_episode_seconds: {
    kind: "histogram",
    help: "How long a drifted resource differed until it did no longer, by the side that moved.",
    labels: ["project", "env", "cause"],
    buckets: [1, 10, 60, 300, 900, 3600, 4 * 3600, 24 * 3600, 7 * 24 * 3600],
  },
};
