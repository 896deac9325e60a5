import { expect, test } from "vitest";
import type { KubernetesObject } from "#src/core/manifest/object.js";
import { applicationOf } from "./application.js";
import { SettledWalks, type WalkInputs, walkState } from "./settled-walks.js";

const object = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Application",
  metadata: { name: "web", namespace: "argocd" },
  spec: { project: "default" },
  status: { sync: { status: "Synced", revision: "1" } },
} as unknown as KubernetesObject;
const project = {};
const settings = {};

function world() {
  const live = { changes: 0, epoch: 0, changesOf: () => live.changes };
  const inputs = (changed: object = {}): WalkInputs =>
    ({
      app: applicationOf(object),
      cluster: { live },
      project: { of: project },
      output: { id: "7", sourceType: "Kustomize" },
      settings,
      instance: "web",
      held: 0,
      ...changed,
    }) as unknown as WalkInputs;
  const walks = new SettledWalks();
  walks.note("argocd/web", walkState(inputs()), object);
  return { live, inputs, walks };
}

test("a verdict holds while nothing has changed that it came from, at whatever commit", () => {
  const { walks, inputs } = world();
  expect(walks.holds(inputs())).toBe(true);
  expect(walks.holds(inputs({ output: { id: "7", sourceType: "Kustomize", revisions: ["2"] } }))).toBe(true);
});

test.each([
  ["the Application", { app: applicationOf({ ...object }) }],
  ["what is rendered", { output: { id: "8", sourceType: "Kustomize" } }],
  ["the project", { project: { of: {} } }],
  ["the settings", { settings: {} }],
  ["a plan that is held", { held: 1 }],
])("it holds no more when %s has changed", (_, changed) => {
  const { walks, inputs } = world();
  expect(walks.holds(inputs(changed))).toBe(false);
});

test("it holds no more when an object of the cluster, or the kinds that it serves, have changed", () => {
  const { walks, inputs, live } = world();
  live.changes++;
  expect(walks.holds(inputs())).toBe(false);
  live.changes--;
  live.epoch++;
  expect(walks.holds(inputs())).toBe(false);
});

test("what changed in the cluster while it was compared and reported was not looked at", () => {
  const { walks, inputs, live } = world();
  const before = walkState(inputs());
  live.changes++;
  walks.note("argocd/web", before, object);
  expect(walks.holds(inputs())).toBe(false);
});

test("what somebody asked for while it was reported was not looked at, though the report's answer has it", () => {
  const { walks, inputs } = world();
  for (const asked of [
    { ...object, spec: { project: "other" } },
    { ...object, operation: { sync: {} } },
    { ...object, metadata: { ...object.metadata, annotations: { "argocd.argoproj.io/refresh": "normal" } } },
  ] as KubernetesObject[]) {
    walks.note("argocd/web", walkState(inputs()), asked);
    expect(walks.holds(inputs({ app: applicationOf(asked) }))).toBe(false);
  }
});

test("an Application whose status was written stays settled as it was reported", () => {
  const { walks, inputs } = world();
  const reported = { ...object, status: { sync: { status: "Synced", revision: "2" } } } as KubernetesObject;
  walks.note("argocd/web", walkState(inputs()), reported);
  expect([walks.holds(inputs({ app: applicationOf(reported) })), walks.holds(inputs())]).toEqual([true, false]);
});
