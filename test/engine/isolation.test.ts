import { afterAll, beforeAll, expect, test } from "vitest";
import { objectAt, stringAt } from "#src/core/manifest/value.js";
import { application, conditionsOf, type Fleet, isSettled, startFleet, syncOf } from "./fleet-fixture.js";

const configMap = (name: string, value = "1") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {a: "${value}"}\n`;
const many = Array.from({ length: 60 }, (_, index) => `app-${index}`);
let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet({ clusters: ["east", "west", "south"], files: { "shared/cm.yaml": configMap("shared") } });
  await fleet.start();
}, 60_000);
// The sixty are given some time to end.
afterAll(() => fleet.close(), 60_000);

test("a cluster that keeps every request waiting, with more Applications than there are places, holds up no other", async () => {
  await fleet.apply(many.map((name) => application(name, { cluster: "east", path: "shared" })).join("---\n"));
  for (const name of many) await fleet.until(name, isSettled);
  await fleet.apply(application("fine", { cluster: "west", path: "shared" }));
  await fleet.until("fine", isSettled);
  // All sixty have something to write now, and no write comes back.
  Object.assign(fleet.simulators.get("east")!.faults, {
    latencyMs: 600_000,
    only: (method: string) => method !== "GET",
  });
  const commit = fleet.commit({ "shared/cm.yaml": configMap("shared", "2") });
  const refresh = { metadata: { annotations: { "argocd.argoproj.io/refresh": "normal" } } };
  const ref = (name: string) => ({ apiVersion: "argoproj.io/v1alpha1", kind: "Application", namespace: "argocd", name });
  await Promise.all(many.map((name) => fleet.hub.patch(ref(name), refresh, { type: "merge" })));
  await fleet.hub.patch(ref("fine"), refresh, { type: "merge" });
  const fine = await fleet.until(
    "fine",
    (app) => isSettled(app) && stringAt(objectAt(objectAt(app, "status"), "sync"), "revision") === commit,
  );
  expect(conditionsOf(fine)).toEqual([]);
}, 180_000);

test("what cannot be compared any more is Unknown and says when it was compared last; it recovers by itself", async () => {
  await fleet.apply(application("seen", { cluster: "south", path: "shared" }));
  await fleet.until("seen", isSettled);
  const { faults, dropWatches } = fleet.simulators.get("south")!;
  faults.unreachable = true;
  dropWatches();
  const app = await fleet.until("seen", (found) => syncOf(found) === "Unknown");
  const compared = stringAt(objectAt(app, "status"), "reconciledAt");
  expect(JSON.stringify(conditionsOf(app))).toContain(`compared for the last time at ${compared}`);
  faults.unreachable = false;
  await fleet.until("seen", isSettled);
}, 60_000);
