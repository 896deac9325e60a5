import { afterAll, beforeAll, expect, test } from "vitest";
import { objectAt, stringAt, type ValueObject } from "#src/core/manifest/value.js";
import { application, type Fleet, isSettled, phaseOf, startFleet } from "./fleet-fixture.js";

let fleet: Fleet;
/** `PATCH flags` for every write of a ConfigMap in east, in order, by namespace. */
const writes = new Map<string, string[]>();
const configMap = (name: string, data: string, metadata = "", more = "") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${metadata}}\ndata: ${data}\n${more}`;
const wave = (number: number) => `, annotations: {argocd.argoproj.io/sync-wave: '${number}'}`;
const forced = ", annotations: {argocd.argoproj.io/sync-options: Force=true}";

beforeAll(async () => {
  const pruned = { "late.yaml": configMap("late", "{a: '1'}", wave(5)), "old.yaml": configMap("old", "{a: '1'}") };
  fleet = await startFleet({
    clusters: ["east"],
    files: {
      "cm/cm.yaml": configMap("flags", "{a: '1'}"),
      "fixed/cm.yaml": configMap("flags", "{a: '1'}", "", "immutable: true\n"),
      "forced/cm.yaml": configMap("flags", "{a: '1'}", forced, "immutable: true\n"),
      "two/one.yaml": configMap("one", "{a: '1'}"),
      "two/other.yaml": configMap("other", "{a: '1'}"),
      "typo/cm.yaml": configMap("flags", "{a: '1'}", "", "dada: {b: '2'}\n"),
      ...Object.fromEntries(
        ["plain", "last"].flatMap((app) => Object.entries(pruned).map(([file, text]) => [`${app}/${file}`, text])),
      ),
    },
    onRequest(cluster, method, url) {
      const found = /\/namespaces\/([^/]+)\/configmaps\/?([^?]*)/.exec(url);
      if (cluster !== "east" || method === "GET" || !found) return;
      const [, namespace = "", name = ""] = found;
      writes.set(namespace, [...(writes.get(namespace) ?? []), `${method} ${name}`]);
    },
  });
  await fleet.start();
}, 60_000);
afterAll(() => fleet.close());

const live = (namespace: string, name = "flags") =>
  fleet.cluster("east").get({ apiVersion: "v1", kind: "ConfigMap", namespace, name });
const withOption = (option: string, name: string, path: string) =>
  application(name, { cluster: "east", path }).replace("[CreateNamespace=true]", `[CreateNamespace=true, ${option}]`);
const messagesOf = (app: ValueObject) => JSON.stringify(objectAt(objectAt(app, "status"), "operationState"));

/** Commits, then waits until the Application that follows main has that commit and satisfies `holds`. */
async function change(name: string, app: string, files: Readonly<Record<string, string | null>>, holds = isSettled) {
  const commit = fleet.commit(files);
  await fleet.apply(app.replace("targetRevision: main", `targetRevision: ${commit}`));
  const operated = (found: ValueObject) =>
    stringAt(objectAt(objectAt(objectAt(found, "status"), "operationState"), "syncResult"), "revision") === commit;
  return await fleet.until(name, (found) => operated(found) && holds(found));
}

test("Replace=true puts the whole object in place of the live one; without it what others added stays", async () => {
  const cluster = fleet.cluster("east");
  for (const [namespace, option] of [
    ["merged", "Replace=false"],
    ["replaced", "Replace=true"],
  ] as const) {
    await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    const metadata = { name: "flags", namespace };
    await cluster.create({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { a: "0", extra: "x" } });
    await fleet.apply(withOption(option, namespace, "cm"));
    await fleet.until(namespace, isSettled);
  }
  expect((await live("merged"))?.["data"]).toEqual({ a: "1", extra: "x" });
  expect((await live("replaced"))?.["data"]).toEqual({ a: "1" });
  expect(writes.get("replaced")).toContain("PUT flags");
  expect(writes.get("merged")).not.toContain("PUT flags");
});

test("Force=true makes anew what cannot be changed in place; without it the sync fails with the server's reason", async () => {
  const fixed = application("fixed", { cluster: "east" });
  const forcedApp = application("forced", { cluster: "east" });
  for (const app of [fixed, forcedApp]) await fleet.apply(app);
  for (const name of ["fixed", "forced"]) await fleet.until(name, isSettled);
  const [fixedBefore, forcedBefore] = [await live("fixed"), await live("forced")];
  const edited = (metadata: string) => configMap("flags", "{a: '2'}", metadata, "immutable: true\n");
  const failed = await change("fixed", fixed, { "fixed/cm.yaml": edited("") }, (app) => messagesOf(app).includes("immutable"));
  expect(phaseOf(failed)).not.toBe("Succeeded");
  await change("forced", forcedApp, { "forced/cm.yaml": edited(forced) });
  expect(await live("fixed")).toMatchObject({ metadata: { uid: fixedBefore?.metadata.uid }, data: { a: "1" } });
  const after = await live("forced");
  expect(after?.["data"]).toEqual({ a: "2" });
  expect(after?.metadata.uid).not.toBe(forcedBefore?.metadata.uid);
});

test("ApplyOutOfSyncOnly=true writes only what differs", async () => {
  const app = withOption("ApplyOutOfSyncOnly=true", "two", "two");
  await fleet.apply(app);
  await fleet.until("two", isSettled);
  writes.set("two", []);
  const changed = await change("two", app, { "two/one.yaml": configMap("one", "{a: '2'}") });
  expect(writes.get("two")).toEqual(["PATCH one"]);
  const result = objectAt(objectAt(objectAt(changed, "status"), "operationState"), "syncResult");
  expect((result["resources"] as readonly ValueObject[]).map(({ kind, name }) => [kind, name])).toEqual([["ConfigMap", "one"]]);
});

test("Validate=false lets the server drop an unknown field; without it the sync names the field", async () => {
  await fleet.apply(application("strict", { cluster: "east", path: "typo" }));
  await fleet.apply(withOption("Validate=false", "lenient", "typo"));
  await fleet.until("strict", (app) => messagesOf(app).includes("dada"));
  await fleet.until("lenient", (app) => phaseOf(app) === "Succeeded");
  expect(await live("strict")).toBeUndefined();
  expect(await live("lenient")).toMatchObject({ data: { a: "1" } });
});

test.each([
  ["without PruneLast a resource is pruned in its wave", "plain", "PruneLast=false", ["DELETE old", "PATCH late"]],
  ["PruneLast=true prunes after every wave", "last", "PruneLast=true", ["PATCH late", "DELETE old"]],
])("%s", async (_, name, option, order) => {
  const app = withOption(option, name, name);
  await fleet.apply(app);
  await fleet.until(name, isSettled);
  writes.set(name, []);
  await change(name, app, { [`${name}/old.yaml`]: null, [`${name}/late.yaml`]: configMap("late", "{a: '2'}", wave(5)) });
  expect(writes.get(name)).toEqual(order);
});
