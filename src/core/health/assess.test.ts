import { expect, test } from "vitest";
import type { LuaRuntime } from "../lua/lua-runtime.js";
import type { KubernetesObject } from "../manifest/object.js";
import { healthAssessor } from "./assess.js";

function object(kind: string, apiVersion: string, more: object = {}): KubernetesObject {
  return { apiVersion, kind, metadata: { name: "x", namespace: "ns", generation: 2 }, ...more } as KubernetesObject;
}

const widget = object("Widget", "example.com/v1", {
  status: { observedGeneration: 1, conditions: [{ type: "Ready", status: "True" }] },
});
/** Answers with the script's text, so that a test sees which script was asked. */
const echo: LuaRuntime = { run: (script) => ({ kind: "table", value: { status: "Healthy", message: script } }) };

test("a Deployment whose last generation was not seen yet is Progressing", () => {
  const deployment = object("Deployment", "apps/v1", { spec: { replicas: 1 }, status: { observedGeneration: 1 } });
  expect(healthAssessor()(deployment).health?.status).toBe("Progressing");
});

test("an object of the wrong shape is Unknown, and the error says why", () => {
  const { health, error } = healthAssessor()(object("Deployment", "apps/v1", { spec: { replicas: "three" } }));
  expect(health?.status).toBe("Unknown");
  expect(error?.code).toBe("HEALTH_BAD_TYPE");
});

test.each([
  ["a field that no check reads", "Pod", "v1", { spec: { hostNetwork: "yes" } }, "unrecognized type: bool"],
  ["an item of a map", "Service", "v1", { spec: { selector: { app: 1 } } }, "cannot convert int64 to string"],
  ["a quantity", "PersistentVolumeClaim", "v1", { status: { capacity: { storage: "big" } } }, "quantities must match"],
  ["a time", "Job", "batch/v1", { status: { startTime: "today" } }, "parsing time"],
  [
    "an APIService",
    "APIService",
    "apiregistration.k8s.io/v1",
    { spec: { service: { port: "https" } } },
    "unrecognized type: int32",
  ],
])(
  "%s of the wrong type makes a built-in kind Unknown, as the whole object is converted first",
  (_, kind, version, more, why) => {
    const { health, error } = healthAssessor()(object(kind, version, more));
    expect(health?.status).toBe("Unknown");
    expect(error?.message).toContain(why);
  },
);

test("null fits every field, and fields that nobody knows are passed over", () => {
  const service = object("Service", "v1", { spec: { selector: null, type: null, later: [1] } });
  expect(healthAssessor()(service).health?.status).toBe("Healthy");
});

test("the exact override wins, then the longest pattern", () => {
  const override = (script: string) => ({ script, useOpenLibs: false });
  const overrides = new Map([
    ["*/*", override("all")],
    ["example.com/*", override("group")],
    ["example.com/Widget", override("exact")],
  ]);
  expect(healthAssessor({ overrides, lua: echo })(widget).health?.message).toBe("exact");
  expect(healthAssessor({ overrides, lua: echo })(object("Gadget", "example.com/v1")).health?.message).toBe("group");
});

test("a kind that nobody knows has no health, or by choice that of its conditions", () => {
  expect(healthAssessor()(widget).health).toBeUndefined();
  expect(healthAssessor({ unknownKinds: "generic" })(widget).health?.status).toBe("Progressing");
});

test("an operator's kind is judged by its table, without any script", () => {
  const status = { conditions: [{ type: "Ready", status: "False", message: "no such issuer" }] };
  const certificate = object("Certificate", "cert-manager.io/v1", { status });
  expect(healthAssessor()(certificate).health).toEqual({ status: "Degraded", message: "no such issuer" });
  expect(healthAssessor({ kindRules: false })(certificate).health).toBeUndefined();
});

test("a Gateway whose listener is not accepted is Degraded", () => {
  const conditions = [{ type: "Accepted", status: "False", message: "port in use" }];
  const gateway = object("Gateway", "gateway.networking.k8s.io/v1", { status: { listeners: [{ name: "web", conditions }] } });
  expect(healthAssessor()(gateway).health).toEqual({ status: "Degraded", message: "Listener: port in use" });
});

test("a Rollout of another workload waits until the workload's last change was seen", () => {
  const rollout = (seen: string): KubernetesObject => ({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: { name: "x", generation: 1, annotations: { "rollout.argoproj.io/workload-generation": "2" } },
    spec: { workloadRef: { name: "web" } },
    status: { phase: "Healthy", observedGeneration: "1", workloadObservedGeneration: seen },
  });
  expect(healthAssessor()(rollout("1")).health?.status).toBe("Progressing");
  expect(healthAssessor()(rollout("2")).health?.status).toBe("Healthy");
});

test("an AnalysisRun without a message of its own is told by its phase", () => {
  const run = object("AnalysisRun", "argoproj.io/v1alpha1", { status: { phase: "Failed" } });
  expect(healthAssessor()(run).health).toEqual({ status: "Degraded", message: "Analysis run failed" });
});
