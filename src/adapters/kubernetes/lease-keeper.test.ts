import { expect, test } from "vitest";
import { startSimulator } from "#src/simulator/server.js";
import { kubernetesClient } from "./kubernetes-client.js";
import { leaseKeeper } from "./lease-keeper.js";

test("the Lease of an owner that has become silent is renewed by its keeper, until it is dropped", async () => {
  const { url, token, close } = await startSimulator({ name: "hub", pods: false, nodes: 1 });
  const connection = { server: url, bearerToken: token };
  const hub = kubernetesClient(connection);
  const keeper = leaseKeeper(connection, { leaseMs: 60_000, monotonic: () => performance.now() });
  try {
    const ref = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace: "default", name: "fleetwright.a" };
    const { apiVersion, kind, ...metadata } = ref;
    const first = "2026-01-01T00:00:00.000000Z";
    await hub.create({ apiVersion, kind, metadata, spec: { holderIdentity: "a", renewTime: first } });
    const silentMs = 21_000;
    const owned = { monotonicMs: performance.now() - silentMs, wallMs: Date.now() - silentMs };
    await keeper.keep(ref, owned);
    while (keeper.renewed() === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(keeper.renewed()!.monotonicMs).toBeGreaterThan(owned.monotonicMs);
    const spec = (await hub.get(ref))!["spec"] as { readonly holderIdentity: string; readonly renewTime: string };
    expect(spec.holderIdentity).toBe("a");
    expect(spec.renewTime > first).toBe(true);
    keeper.drop();
    expect(keeper.renewed()).toBeUndefined();
  } finally {
    await keeper.close();
    await hub.close();
    await close();
  }
});
