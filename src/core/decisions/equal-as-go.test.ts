import { expect, test } from "vitest";
import { equalAsGo } from "./equal-as-go.js";

const source = { repoURL: "https://git/x", path: "app" };

test.each([
  ["an absent text and an empty one", source, { ...source, chart: "" }, true],
  ["no kustomize and an empty one, which chooses the tool", source, { ...source, kustomize: {} }, false],
  ["no images and an empty list of them", { ...source, kustomize: {} }, { ...source, kustomize: { images: [] } }, true],
  ["fields that Argo CD does not know", source, { ...source, unknown: 1 }, true],
  ["values of a chart in another order", values({ a: 1, b: [1] }), values({ b: [1], a: 1 }), true],
  ["values of a chart that differ", values({ a: [1, 2] }), values({ a: [2, 1] }), false],
])("sources with %s", (_, left, right, isSame) => {
  expect(equalAsGo("ApplicationSource", left, right)).toBe(isSame);
});

test("metadata that a namespace is to have differ from none, even where they are empty", () => {
  expect(equalAsGo("*ManagedNamespaceMetadata", { labels: {} }, undefined)).toBe(false);
  expect(equalAsGo("*ManagedNamespaceMetadata", { labels: {} }, {})).toBe(true);
});

function values(valuesObject: object): object {
  return { ...source, helm: { valuesObject } };
}
