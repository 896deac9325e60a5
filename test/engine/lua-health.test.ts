import { afterAll, beforeAll, expect, test } from "vitest";
import { isObject, listAt, objectAt, stringAt, type ValueObject } from "#src/core/manifest/value.js";
import { application, conditionsOf, type Fleet, healthOf, startFleet, syncOf } from "./fleet-fixture.js";

let fleet: Fleet;
const crd = (kind: string) => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ${kind.toLowerCase()}s.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: ${kind}, plural: ${kind.toLowerCase()}s, singular: ${kind.toLowerCase()}, listKind: ${kind}List}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
`;
const object = (kind: string, name: string) => `apiVersion: example.com/v1\nkind: ${kind}\nmetadata: {name: ${name}}\n`;
const scripts = {
  Good: "return {status = 'Degraded', message = 'said by ' .. obj.metadata.name}",
  Endless: "while true do end",
  Hungry: "local t = {} while true do t[#t + 1] = {1, 2, 3, 4, 5, 6, 7, 8} end",
};

beforeAll(async () => {
  fleet = await startFleet({
    clusters: ["east"],
    files: {
      "good/good.yaml": object("Good", "one"),
      "bad/endless.yaml": object("Endless", "one"),
      "bad/hungry.yaml": object("Hungry", "one"),
      "bad/fine.yaml": object("Good", "two"),
    },
  });
  const { parseYaml } = await import("#src/core/yaml/parse.js");
  for (const kind of Object.keys(scripts))
    await fleet.cluster("east").create(parseYaml(crd(kind), { dialect: "kubernetes" }) as never);
  const data = Object.fromEntries(
    Object.entries(scripts).map(([kind, script]) => [`resource.customizations.health.example.com_${kind}`, script]),
  );
  await fleet.hub.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "argocd-cm", namespace: "argocd" }, data });
  await fleet.start();
}, 60_000);
afterAll(() => fleet.close());

const healthsOf = (app: ValueObject) =>
  Object.fromEntries(
    listAt(objectAt(app, "status"), "resources")
      .filter(isObject)
      .map((one) => [`${stringAt(one, "kind")}/${stringAt(one, "name")}`, objectAt(one, "health")]),
  );

test("a script of argocd-cm decides how healthy an object is", async () => {
  await fleet.apply(application("good", { cluster: "east" }));
  const app = await fleet.until("good", (found) => syncOf(found) === "Synced" && healthOf(found) === "Degraded");
  expect(healthsOf(app)).toEqual({ "Good/one": { status: "Degraded", message: "said by one" } });
});

test("a script that exceeds its time or memory ends alone: its object is Unknown with a condition, the others go on", async () => {
  await fleet.apply(application("bad", { cluster: "east" }));
  const app = await fleet.until(
    "bad",
    (found) => syncOf(found) === "Synced" && stringAt(healthsOf(found)["Hungry/one"], "status") === "Unknown",
  );
  expect(healthsOf(app)).toMatchObject({
    "Endless/one": { status: "Unknown" },
    "Hungry/one": { status: "Unknown" },
    "Good/two": { status: "Degraded", message: "said by two" },
  });
  const conditions = conditionsOf(app).map((one) => `${stringAt(one, "type")}: ${stringAt(one, "message")}`);
  expect(conditions).toHaveLength(2);
  for (const condition of conditions)
    expect(condition).toMatch(/^ComparisonError: error setting app health: failed to get resource health for bad\/one/);
});
