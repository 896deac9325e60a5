import { expect, test } from "vitest";
import type { ValueObject } from "../core/manifest/value.js";
import type { ClusterPort, ListOptions } from "../ports/cluster.js";
import { listQueried } from "./queried-resources.js";

const placements = {
  group: "cluster.example.com",
  version: "v1",
  kind: "Placement",
  resource: "placements",
  namespaced: true,
  verbs: ["list"],
};
const item = (name: string) => ({ apiVersion: "cluster.example.com/v1", kind: "Placement", metadata: { name } });

function hub(asked: ListOptions[]): ClusterPort {
  const port: Pick<ClusterPort, "discover" | "list"> = {
    discover: async () => [placements],
    list: async (_resource, options) => {
      asked.push(options ?? {});
      return { items: [item("eu"), item("us")], resourceVersion: "1" };
    },
  };
  return port as ClusterPort;
}

test("a query by labels becomes the request's selector", async () => {
  const asked: ListOptions[] = [];
  const labelSelector = {
    matchLabels: { team: "a" },
    matchExpressions: [
      { key: "env", operator: "In", values: ["dev", "qa"] },
      { key: "old", operator: "DoesNotExist" },
    ],
  };
  const found = await listQueried(hub(asked), "argocd", {
    group: "cluster.example.com",
    version: "v1",
    resource: "placements",
    labelSelector: labelSelector as unknown as ValueObject,
  });
  expect(asked).toEqual([{ namespace: "argocd", labelSelector: "team=a,env in (dev,qa),!old" }]);
  expect(found).toHaveLength(2);
});

test("a query by name keeps that one", async () => {
  const found = await listQueried(hub([]), "argocd", {
    group: "cluster.example.com",
    version: "v1",
    resource: "placements",
    name: "eu",
  });
  expect(found.map((object) => (object["metadata"] as { name: string }).name)).toEqual(["eu"]);
});

test("a kind that the hub does not know is an error that says so", async () => {
  const asking = listQueried(hub([]), "argocd", { group: "other.example.com", version: "v1", resource: "things" });
  await expect(asking).rejects.toMatchObject({ code: "APPSET_CLUSTER_DECISION" });
});
