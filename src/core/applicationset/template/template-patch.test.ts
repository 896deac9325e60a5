import { expect, test } from "vitest";
import type { ValueObject } from "../../manifest/value.js";
import { templatePatcher } from "./template-patch.js";

const application = {
  metadata: { name: "a", labels: { x: "1" }, finalizers: ["f1"] },
  spec: {
    project: "default",
    destination: { name: "c" },
    source: { repoURL: "r", path: "p", helm: { valueFiles: ["a.yaml"] } },
  } as ValueObject,
};

test("maps merge, lists are replaced but for finalizers, and null deletes", () => {
  const patched = templatePatcher()(
    application,
    `
metadata: {finalizers: [f2], labels: {x: null, z: "2"}}
spec: {source: {path: null, helm: {valueFiles: [b.yaml]}}, syncPolicy: {automated: {prune: true}}}
`,
  );
  expect(patched).toEqual({
    metadata: { name: "a", labels: { z: "2" }, finalizers: ["f1", "f2"] },
    spec: {
      project: "default",
      destination: { name: "c" },
      source: { repoURL: "r", helm: { valueFiles: ["b.yaml"] } },
      syncPolicy: { automated: { prune: true } },
    },
  });
});

test("a patch never changes the project", () => {
  expect(templatePatcher()(application, "spec: {project: admin}").spec["project"]).toBe("default");
});

test.each([
  ["spec: [unclosed", "error while converting template to json"],
  [
    "spec: {source: text}",
    "json: cannot unmarshal string into Go struct field ApplicationSpec.spec.source of type v1alpha1.ApplicationSource",
  ],
  ["- op: remove", "json: cannot unmarshal array into Go value of type v1alpha1.Application"],
])("%s is refused", (text, message) => {
  expect(() => templatePatcher()(application, text)).toThrow(message);
});
