import { describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../manifest/object.js";
import type { Value, ValueObject } from "../../manifest/value.js";
import { generate } from "../generate.js";
import { decodeApplicationSet } from "../model/application-set.js";
import { reconcileApplicationSet } from "./reconcile.js";
import type { RolloutStatus } from "./rollout.js";
import type { ReconcileInput, ReconcilePlan } from "./types.js";

const now = "2026-01-01T00:10:00Z";

function setOf(
  elements: readonly ValueObject[],
  spec: ValueObject = {},
  status: ValueObject = {},
): ReturnType<typeof decodeApplicationSet> {
  return decodeApplicationSet({
    metadata: { name: "fleet", namespace: "argocd", uid: "u1" },
    status,
    spec: {
      generators: [{ list: { elements } }],
      template: {
        metadata: { name: "{{name}}", labels: { env: "{{env}}" } },
        spec: {
          project: "default",
          source: { repoURL: "r", path: "p" },
          destination: { name: "in-cluster" },
          syncPolicy: { automated: {} },
        },
      },
      ...spec,
    } as Value,
  });
}

function reconcile(
  set: ReturnType<typeof setOf>,
  existing: readonly KubernetesObject[],
  more: Partial<ReconcileInput> = {},
): ReconcilePlan {
  const generated = generate(set, { clusters: [] });
  if (generated.kind !== "generated") throw new Error("unanswered need");
  return reconcileApplicationSet({ set, generated, existing, clusters: [], now, ...more });
}

const elements = (...names: readonly string[]): readonly ValueObject[] =>
  names.map((name) => ({ name, env: name.split("-")[0]! }));

test("a plan that was carried out leaves nothing to do", () => {
  const set = setOf(elements("dev-1", "prod-1"));
  const first = reconcile(set, []);
  expect(first.creates.map(({ metadata }) => metadata.name)).toEqual(["dev-1", "prod-1"]);
  const second = reconcile({ ...set, status: first.status! }, first.creates);
  expect(second).toMatchObject({ creates: [], updates: [], deletes: [], status: undefined, events: [] });
});

test("what others wrote stays where it is preserved or ignored, and goes elsewhere", () => {
  const spec = {
    preservedFields: { annotations: ["kept"] },
    ignoreApplicationDifferences: [{ jsonPointers: ["/spec/source/targetRevision"] }],
  };
  const set = setOf(elements("dev-1"), spec);
  const live = reconcile(set, []).creates[0]!;
  const changed = {
    ...live,
    metadata: { ...live.metadata, annotations: { kept: "1", other: "2" } },
    spec: { ...(live["spec"] as object), source: { repoURL: "r", path: "drift", targetRevision: "pinned" } },
  };
  const [update] = reconcile(set, [changed]).updates;
  expect(update!.patch).toEqual({ metadata: { annotations: { other: null } }, spec: { source: { path: "p" } } });
  expect(update!.result["spec"]).toMatchObject({ source: { path: "p", targetRevision: "pinned" } });
});

test("what the controller itself notes in an Application is never taken off: what was told, and what is being told", () => {
  const live = reconcile(setOf(elements("dev-1")), []).creates[0]!;
  const noted = ["drift", "hook-intents", "notifying"].map((name) => [`fleetwright.dev/${name}`, "{}"]);
  const annotations = { ...Object.fromEntries(noted), "notified.notifications.argoproj.io": "{}" };
  const kept = { ...live, metadata: { ...live.metadata, annotations } };
  expect(reconcile(setOf(elements("dev-1")), [kept]).updates).toEqual([]);
});

describe("an Application that the API server refuses", () => {
  const gone = { ...reconcile(setOf(elements("gone")), []).creates[0]! };
  const set = setOf(elements("Bad_Name", "good"));

  test("does not stop the others: they are written and deleted", () => {
    const plan = reconcile(set, [gone]);
    expect(plan.creates.map(({ metadata }) => metadata.name)).toEqual(["good"]);
    expect(plan.deletes.map(({ name }) => name)).toEqual(["gone"]);
    expect(plan.error).toContain('Application.argoproj.io "Bad_Name" is invalid');
  });

  test("stops the deletes in compat mode, as in Argo CD", () => {
    expect(reconcile(set, [gone], { settings: { mode: "compat" } }).deletes).toEqual([]);
  });

  test("that was not foreseen comes back as a refusal", () => {
    const plan = reconcile(setOf(elements("good")), [], { refusals: new Map([["good", "denied by a webhook"]]) });
    expect(plan).toMatchObject({ creates: [], error: "denied by a webhook" });
  });
});

describe("RollingSync", () => {
  const steps = [
    { matchExpressions: [{ key: "env", operator: "In", values: ["dev"] }] },
    { matchExpressions: [{ key: "env", operator: "In", values: ["prod"] }] },
  ];
  const spec = { strategy: { type: "RollingSync", rollingSync: { steps } } };
  const names = elements("dev-1", "prod-1");
  const entry = (application: string, status: RolloutStatus["status"], step: string, at: string): Value =>
    ({ application, status, message: "", step, targetRevisions: ["r1"], lastTransitionTime: at }) as Value;
  const live = (status: ValueObject): readonly KubernetesObject[] =>
    reconcile(setOf(names, spec), []).creates.map((application) => ({ ...application, status }));
  const healthy = (reconciledAt: string): ValueObject => ({
    sync: { status: "Synced", revision: "r1" },
    health: { status: "Healthy" },
    reconciledAt,
  });
  const statusOf = (plan: ReconcilePlan, set: ReturnType<typeof setOf>): Record<string, string> => {
    const entries = ((plan.status ?? set.status)["applicationStatus"] ?? []) as readonly ValueObject[];
    return Object.fromEntries(entries.map((one) => [one["application"] as string, one["status"] as string]));
  };
  const rolling = setOf(names, spec, {
    applicationStatus: [
      entry("dev-1", "Progressing", "1", "2026-01-01T00:05:00Z"),
      entry("prod-1", "Waiting", "2", "2026-01-01T00:05:00Z"),
    ],
  });

  test("Applications never sync on their own while steps decide", () => {
    expect(reconcile(setOf(names, spec), []).creates[0]!["spec"]).toMatchObject({
      syncPolicy: { automated: { enabled: false } },
    });
  });

  test("a status older than the change proves nothing: the step waits", () => {
    const stale = live(healthy("2026-01-01T00:04:00Z"));
    expect(statusOf(reconcile(rolling, stale), rolling)).toEqual({ "dev-1": "Progressing", "prod-1": "Waiting" });
    expect(statusOf(reconcile(rolling, stale, { settings: { mode: "compat" } }), rolling)).toEqual({
      "dev-1": "Healthy",
      "prod-1": "Healthy",
    });
  });

  test("what only a status older than its step proves is to be looked at again", () => {
    expect(reconcile(rolling, live(healthy("2026-01-01T00:04:00Z"))).refreshes).toEqual(["dev-1"]);
    expect(reconcile(rolling, live(healthy("2026-01-01T00:06:00Z"))).refreshes).toEqual([]);
  });

  test("a sync that was over before anybody looked ends the step, and is not asked for a second time", () => {
    const pending = setOf(names, spec, {
      applicationStatus: [
        entry("dev-1", "Pending", "1", "2026-01-01T00:05:00Z"),
        entry("prod-1", "Waiting", "2", "2026-01-01T00:05:00Z"),
      ],
    });
    const at = "2026-01-01T00:05:02Z";
    const synced = live({ ...healthy(at), operationState: { phase: "Succeeded", startedAt: at, finishedAt: at } });
    const plan = reconcile(pending, [synced[0]!, live({})[1]!]);
    expect(statusOf(plan, pending)).toEqual({ "dev-1": "Healthy", "prod-1": "Pending" });
    expect(plan.updates.map(({ name, patch }) => [name, "operation" in patch])).toEqual([]);
    const compat = reconcile(pending, synced, { settings: { mode: "compat" } });
    expect(statusOf(compat, pending)["dev-1"]).toBe("Progressing");
    expect(compat.updates.map(({ name, patch }) => [name, "operation" in patch])).toEqual([["dev-1", true]]);
  });

  test("a status younger than the change finishes the step and lets the next one begin", () => {
    const fresh = live(healthy("2026-01-01T00:06:00Z"));
    expect(statusOf(reconcile(rolling, fresh), rolling)).toEqual({ "dev-1": "Healthy", "prod-1": "Healthy" });
  });

  test("a newer revision that an Application has not seen makes it wait", () => {
    const done = setOf(names, spec, {
      applicationStatus: [
        entry("dev-1", "Healthy", "1", "2026-01-01T00:05:00Z"),
        entry("prod-1", "Healthy", "2", "2026-01-01T00:05:00Z"),
      ],
    });
    const newestRevisions = new Map([
      ["dev-1", ["r2"]],
      ["prod-1", ["r2"]],
    ]);
    const plan = reconcile(done, live(healthy("2026-01-01T00:06:00Z")), { newestRevisions });
    expect(statusOf(plan, done)).toEqual({ "dev-1": "Pending", "prod-1": "Waiting" });
  });
});
