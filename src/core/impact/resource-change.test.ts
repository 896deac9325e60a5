import { expect, test } from "vitest";
import type { KubernetesObject } from "../manifest/object.js";
import { changedResources } from "./resource-change.js";

const options = { secretKey: "k" };

function deployment(image: string, env: readonly { name: string; value: string }[] = []): KubernetesObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "cart", namespace: "shop" },
    spec: { template: { spec: { containers: [{ name: "app", image, env }] } } },
  };
}

test("a changed field is named by the keys of its lists", () => {
  const [change] = changedResources([deployment("cart:1")], [deployment("cart:2")], options);
  expect(change?.fields).toEqual([{ path: "spec.template.spec.containers[name=app].image", before: "cart:1", after: "cart:2" }]);
});

test("the order of resources, of keys and of keyed lists is no change", () => {
  const one = { name: "A", value: "1" };
  const two = { name: "B", value: "2" };
  expect(changedResources([deployment("x", [one, two])], [deployment("x", [two, one])], options)).toEqual([]);
});

test("a generated ConfigMap with another hash is one change, not a removal and an addition", () => {
  const config = (name: string, ttl: string): KubernetesObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name },
    data: { ttl },
  });
  const changes = changedResources([config("cart-7dd6bkgcb9", "60")], [config("cart-g2dbgc99d5", "120")], options);
  expect(changes).toHaveLength(1);
  expect(changes[0]).toMatchObject({ kind: "changed", renamedFrom: "cart-7dd6bkgcb9", resource: { name: "cart-g2dbgc99d5" } });
});

test("the value of a Secret is never printed, yet a changed one is told from an equal one", () => {
  const secret = (password: string): KubernetesObject => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "db" },
    data: { password, user: "YQ==" },
  });
  const changes = changedResources([secret("aHVudGVyMg==")], [secret("c2VjcmV0")], options);
  expect(changes[0]?.fields.map((field) => field.path)).toEqual(["data.password"]);
  expect(JSON.stringify(changes)).not.toMatch(/aHVudGVyMg|c2VjcmV0/);
});

test("what appears and what vanishes is said with its key", () => {
  const changes = changedResources(
    [deployment("x")],
    [{ ...deployment("x"), metadata: { name: "basket", namespace: "shop" } }],
    options,
  );
  expect(changes.map((change) => [change.kind, change.resource.name])).toEqual([
    ["added", "basket"],
    ["removed", "cart"],
  ]);
});
