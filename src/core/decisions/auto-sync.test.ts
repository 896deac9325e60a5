import { expect, test } from "vitest";
import type { KubernetesObject } from "../manifest/object.js";
import { type AutoSyncInput, decideAutoSync } from "./auto-sync.js";

const nowMs = Date.parse("2026-01-01T00:00:00Z");
const source = { repoURL: "https://git/x", path: "app", targetRevision: "main" };

function application(automated: object, operationState?: object): KubernetesObject {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: { name: "web", namespace: "argocd" },
    spec: { source, syncPolicy: { automated } },
    status: operationState ? { operationState } : {},
  };
}

function input(app: KubernetesObject, more: Partial<AutoSyncInput> = {}): AutoSyncInput {
  return {
    app,
    syncStatus: { status: "OutOfSync", revision: "r1" },
    resources: [{ kind: "ConfigMap", name: "c", status: "OutOfSync" }],
    nowMs,
    selfHeal: { timeoutMs: 5_000, backoff: { initialMs: 2_000, factor: 3, capMs: 300_000 } },
    ...more,
  };
}

const failed = (finishedAt: string, autoHealAttemptsCount = 0) => ({
  phase: "Failed",
  message: "admission said no",
  finishedAt,
  operation: { sync: { autoHealAttemptsCount } },
  syncResult: { revision: "r1", source },
});

test("an automated application that drifted is synced to the compared revision", () => {
  const decision = decideAutoSync(input(application({})));
  expect(decision).toMatchObject({
    kind: "start",
    operation: { sync: { revision: "r1", source }, initiatedBy: { automated: true } },
  });
});

test("self-heal goes on after a failed sync, once the back-off has passed", () => {
  const app = application({ selfHeal: true }, failed("2025-12-31T23:59:00Z"));
  expect(decideAutoSync(input(app))).toMatchObject({ kind: "start", operation: { sync: { autoHealAttemptsCount: 1 } } });
});

test("the back-off grows with each attempt that failed", () => {
  const app = application({ selfHeal: true }, failed("2026-01-01T00:00:00Z", 3));
  expect(decideAutoSync(input(app))).toEqual({ kind: "wait", retryAfterMs: 18_000, reason: "retrying after a failed sync" });
});

test("in Argo CD's way a failed sync of a revision is never repeated by itself", () => {
  const app = application({ selfHeal: true }, failed("2025-12-31T23:00:00Z"));
  expect(decideAutoSync(input(app, { compat: "argocd" }))).toMatchObject({
    kind: "none",
    condition: "Failed last sync attempt to [r1]: admission said no",
  });
});

test("a sync that would prune everything is refused unless allowEmpty says so", () => {
  const resources = [{ kind: "ConfigMap", name: "c", status: "OutOfSync", requiresPruning: true }];
  expect(decideAutoSync(input(application({ prune: true }), { resources }))).toMatchObject({
    kind: "none",
    reason: "everything would be pruned",
  });
  expect(decideAutoSync(input(application({ prune: true, allowEmpty: true }), { resources })).kind).toBe("start");
});
