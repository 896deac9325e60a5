import { afterAll, beforeAll, expect, test } from "vitest";
import { listAt, objectAt, stringAt, type ValueObject } from "#src/core/manifest/value.js";
import { application, conditionsOf, type Fleet, healthOf, isSettled, phaseOf, startFleet, syncOf } from "./fleet-fixture.js";

let fleet: Fleet;
const flags = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: flags}\ndata: {a: '1', b: '2'}\n";

beforeAll(async () => {
  fleet = await startFleet({
    clusters: ["east"],
    files: {
      "one/cm.yaml": flags,
      "two/cm.yaml": flags.replace("{name: flags}", "{name: flags, namespace: one}"),
      "shared/cm.yaml": flags.replace("{name: flags}", "{name: flags, namespace: first}"),
      "ignoring/cm.yaml": flags,
      "moving/cm.yaml": flags,
      "chart/Chart.yaml": "apiVersion: v2\nname: chart\nversion: 1.0.0\n",
      "chart/templates/cm.yaml":
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: chart}\ndata: {size: {{ .Values.size | quote }}}\n",
      "values/prod.yaml": "size: small\n",
      "values/other.yaml": "size: none\n",
    },
  });
  await fleet.start();
}, 60_000);
afterAll(() => fleet.close());

const configMap = (namespace: string, name = "flags") =>
  fleet.cluster("east").get({ apiVersion: "v1", kind: "ConfigMap", namespace, name });
const more = (yaml: string) => (text: string) =>
  text.replace("syncOptions: [CreateNamespace=true]", `syncOptions: [CreateNamespace=true, ${yaml}]`);

test("FailOnSharedResource=true fails a sync of what another Application holds", async () => {
  await fleet.apply(application("one", { cluster: "east" }));
  await fleet.until("one", isSettled);
  await fleet.apply(more("FailOnSharedResource=true")(application("two", { cluster: "east" })));
  const messageOf = (app: ValueObject) => stringAt(objectAt(objectAt(app, "status"), "operationState"), "message");
  const two = await fleet.until("two", (app) => messageOf(app) !== "");
  // Automated syncs are tried again, so a note about that follows.
  expect(messageOf(two)).toMatch(/^Shared resource found: ConfigMap\/flags is part of applications two and one/);
  expect((await configMap("one"))?.metadata.annotations?.["argocd.argoproj.io/tracking-id"]).toMatch(/^one:/);
});

test("without FailOnSharedResource a shared resource is a SharedResourceWarning that names both Applications", async () => {
  await fleet.apply(application("first", { cluster: "east", path: "one" }));
  await fleet.until("first", isSettled);
  const shared = application("second", { cluster: "east", path: "shared", automated: false });
  await fleet.apply(shared);
  const second = await fleet.until("second", (app) => conditionsOf(app).length > 0);
  expect(conditionsOf(second)).toMatchObject([
    {
      type: "SharedResourceWarning",
      message: expect.stringMatching(/^ConfigMap\/flags is part of applications (argocd\/)?second and (argocd\/)?first$/),
    },
  ]);
});

test("RespectIgnoreDifferences=true leaves an ignored field as it is while the rest is synced", async () => {
  const ignore = "  ignoreDifferences: [{kind: ConfigMap, jsonPointers: [/data/a]}]\n";
  const app = more("RespectIgnoreDifferences=true")(application("ignoring", { cluster: "east", more: ignore }));
  await fleet.apply(app);
  await fleet.until("ignoring", isSettled);
  const ref = { apiVersion: "v1", kind: "ConfigMap", namespace: "ignoring", name: "flags" };
  await fleet.cluster("east").patch(ref, { data: { a: "mine" } }, { type: "merge", fieldManager: "someone" });
  const commit = fleet.commit({ "ignoring/cm.yaml": flags.replace("b: '2'", "b: '3'") });
  await fleet.apply(app.replace("targetRevision: main", `targetRevision: ${commit}`));
  await fleet.until(
    "ignoring",
    (found) => isSettled(found) && stringAt(objectAt(objectAt(found, "status"), "sync"), "revision") === commit,
  );
  expect((await configMap("ignoring"))?.["data"]).toEqual({ a: "mine", b: "3" });
});

/** A namespace with the ConfigMap as kubectl's client-side apply left it, with a key that has left git, then synced server-side. */
async function takeOver(namespace: string, options: string) {
  const metadata = { name: "flags", namespace };
  const applied = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { a: "1", b: "2", old: "x" } };
  const cluster = fleet.cluster("east");
  await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify(applied) };
  await cluster.create({ ...applied, metadata: { ...metadata, annotations } }, { fieldManager: "kubectl-client-side-apply" });
  await fleet.apply(more(options)(application(namespace, { cluster: "east", path: "moving" })));
  await fleet.until(namespace, (app) => phaseOf(app) === "Succeeded");
  const live = await configMap(namespace);
  return { data: live?.["data"], owners: live?.metadata.managedFields?.map(({ manager, operation }) => [manager, operation]) };
}

test("the first server-side apply takes over the fields of kubectl's client-side apply, so that what leaves git goes", async () => {
  expect(await takeOver("moving", "ServerSideApply=true")).toEqual({
    data: { a: "1", b: "2" },
    owners: [["argocd-controller", "Apply"]],
  });
  await fleet.until("moving", isSettled);
});

test("ClientSideApplyMigration=false leaves kubectl's fields to kubectl", async () => {
  const { data, owners } = await takeOver("staying", "ServerSideApply=true, ClientSideApplyMigration=false");
  expect(data).toEqual({ a: "1", b: "2", old: "x" });
  expect(owners).toEqual(
    expect.arrayContaining([
      ["argocd-controller", "Apply"],
      ["kubectl-client-side-apply", "Update"],
    ]),
  );
});

test("a chart takes values from a source with ref; a commit that changes them is rendered anew", async () => {
  await fleet.apply(`apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: lent, namespace: argocd}
spec:
  project: default
  sources:
    - {repoURL: $REPO, targetRevision: main, path: chart, helm: {valueFiles: [$values/values/prod.yaml]}}
    - {repoURL: $REPO, targetRevision: main, ref: values}
  destination: {name: east, namespace: lent}
  syncPolicy: {automated: {}, syncOptions: [CreateNamespace=true]}
`);
  await fleet.until("lent", (app) => syncOf(app) === "Synced" && healthOf(app) === "Healthy");
  expect((await configMap("lent", "chart"))?.["data"]).toEqual({ size: "small" });
  const commit = fleet.commit({ "values/prod.yaml": "size: large\n" });
  await fleet.hub.patch(
    { apiVersion: "argoproj.io/v1alpha1", kind: "Application", namespace: "argocd", name: "lent" },
    { metadata: { annotations: { "argocd.argoproj.io/refresh": "normal" } } },
    { type: "merge" },
  );
  const synced = await fleet.until(
    "lent",
    (app) => syncOf(app) === "Synced" && listAt(objectAt(objectAt(app, "status"), "sync"), "revisions").includes(commit),
  );
  expect((await configMap("lent", "chart"))?.["data"]).toEqual({ size: "large" });
  expect(conditionsOf(synced)).toEqual([]);
});
