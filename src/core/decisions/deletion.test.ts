import { expect, test } from "vitest";
import type { KubernetesObject } from "../manifest/object.js";
import { deletionBatches, isDeletedWithApplication, requiresConfirmation } from "./deletion.js";

const app: KubernetesObject = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Application",
  metadata: { name: "a", namespace: "argocd" },
  spec: {},
};

function object(name: string, annotations: { readonly [key: string]: string } = {}, kind = "ConfigMap"): KubernetesObject {
  const apiVersion = kind === "CustomResourceDefinition" ? "apiextensions.k8s.io/v1" : "v1";
  return { apiVersion, kind, metadata: { name, annotations } };
}

test("a cascaded deletion goes through the waves backwards", () => {
  const wave = (number: number) => ({ "argocd.argoproj.io/sync-wave": String(number) });
  const batches = deletionBatches([object("first", wave(-1)), object("last", wave(5)), object("middle")]);
  expect(batches.map((batch) => batch.map(({ metadata }) => metadata.name))).toEqual([["last"], ["middle"], ["first"]]);
});

test("custom resource definitions and what is kept on purpose stay", () => {
  expect(isDeletedWithApplication(app, object("c"))).toBe(true);
  expect(isDeletedWithApplication(app, object("c", {}, "CustomResourceDefinition"))).toBe(false);
  expect(isDeletedWithApplication(app, object("c", { "argocd.argoproj.io/sync-options": "Delete=false" }))).toBe(false);
  expect(isDeletedWithApplication(app, object("c", { "helm.sh/resource-policy": "keep" }))).toBe(false);
});

test("what an Application's own options ask to be confirmed is confirmed, unless the resource says otherwise", () => {
  const withOption = (option: string): KubernetesObject => ({ ...app, spec: { syncPolicy: { syncOptions: [option] } } });
  expect(requiresConfirmation(app, object("c"))).toBe(false);
  expect(requiresConfirmation(withOption("Delete=confirm"), object("c"))).toBe(true);
  expect(requiresConfirmation(withOption("Prune=confirm"), object("c"))).toBe(true);
  const own = object("c", { "argocd.argoproj.io/sync-options": "Prune=true" });
  expect(requiresConfirmation(withOption("Prune=confirm"), own)).toBe(false);
});
