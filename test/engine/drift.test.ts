import { afterAll, beforeAll, expect, test } from "vitest";
import { readRecord } from "#src/core/drift/record-text.js";
import { objectAt, stringAt, type ValueObject } from "#src/core/manifest/value.js";
import { application, type Fleet, startFleet } from "./fleet-fixture.js";

let fleet: Fleet;

beforeAll(async () => {
  const config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: flags}\ndata: {a: '1', b: '2'}\n";
  fleet = await startFleet({ clusters: ["east"], files: { "watched/cm.yaml": config, "healed/cm.yaml": config } });
});
afterAll(() => fleet.close());

const syncStatus = (app: ValueObject): string => stringAt(objectAt(objectAt(app, "status"), "sync"), "status");
const recordOf = (app: ValueObject) =>
  readRecord(stringAt(objectAt(objectAt(app, "metadata"), "annotations"), "fleetwright.dev/drift"));
const edit = (namespace: string, data: object, fieldManager: string) =>
  fleet
    .cluster("east")
    .patch({ apiVersion: "v1", kind: "ConfigMap", namespace, name: "flags" }, { data }, { type: "merge", fieldManager });

test("drift has an onset, its fields and who wrote them; a controller that starts anew goes on with the onset", async () => {
  await fleet.apply(application("watched", { cluster: "east", path: "watched", automated: false }));
  let controller = await fleet.start();
  await fleet.until("watched", (app) => syncStatus(app) === "OutOfSync");
  await fleet.apply(
    application("watched", { cluster: "east", path: "watched", automated: false }).concat(
      "operation: {sync: {syncOptions: [CreateNamespace=true]}}\n",
    ),
  );
  await fleet.until("watched", (app) => syncStatus(app) === "Synced");
  await edit("watched", { a: "7" }, "kubectl-edit");
  const drifted = recordOf(await fleet.until("watched", (app) => recordOf(app).open.length > 0));
  expect(drifted.open).toMatchObject([
    {
      resource: "/ConfigMap/watched/flags",
      drift: "changed",
      cause: "cluster",
      fields: [{ path: "data.a", by: { manager: "kubectl-edit", operation: "Update" } }],
    },
  ]);
  await fleet.stop();
  controller = await fleet.start();
  await edit("watched", { b: "8" }, "someone-else");
  const both = recordOf(await fleet.until("watched", (app) => recordOf(app).open[0]?.fields.length === 2));
  expect(both.open[0]).toMatchObject({ onsetMs: drifted.open[0]!.onsetMs, cause: "cluster" });
  expect(controller.controller.drift({ project: "default" })).toMatchObject([
    { application: "watched", fields: [{ manager: "kubectl-edit" }, { path: "data.b", manager: "someone-else" }] },
  ]);
  expect(controller.controller.drift({ minAgeMs: 3_600_000 })).toEqual([]);
  const onset = `fleetwright_drift_onset_timestamp_seconds{namespace="argocd",name="watched",project="default",env=""}`;
  expect(await controller.metrics()).toContain(`${onset} ${drifted.open[0]!.onsetMs / 1000}`);
  await edit("watched", { a: "1", b: "2" }, "kubectl-edit");
  const ended = recordOf(await fleet.until("watched", (app) => syncStatus(app) === "Synced"));
  expect(ended).toMatchObject({ open: [], recent: [{ resource: "/ConfigMap/watched/flags", cause: "cluster" }] });
});

test("who made a drift that was healed at once is remembered", async () => {
  await fleet.apply(application("healed", { cluster: "east", path: "healed" }));
  await fleet.until("healed", (app) => syncStatus(app) === "Synced");
  await edit("healed", { a: "9" }, "kubectl-edit");
  const healed = await fleet.until("healed", (app) => recordOf(app).recent.length > 0);
  expect(recordOf(healed)).toMatchObject({ open: [], recent: [{ fields: [{ by: { manager: "kubectl-edit" } }] }] });
});
