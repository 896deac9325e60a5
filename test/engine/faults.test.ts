import { afterAll, beforeAll, expect, test } from "vitest";
import {
  application,
  clusterSecret,
  conditionsOf,
  type Fleet,
  healthOf,
  isSettled,
  startFleet,
  syncOf,
} from "./fleet-fixture.js";

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {a: "1"}\n`;

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet({
    clusters: ["one", "two"],
    files: {
      "good/cm.yaml": configMap("good"),
      "yaml/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [unclosed\n",
      "overlay/kustomization.yaml": "resources:\n  - none.yaml\n",
      "link/cm.yaml": configMap("link"),
    },
  });
  await fleet.hub.create(clusterSecret("broken", "not a url", "{}"));
  await fleet.hub.create(clusterSecret("gone", "http://127.0.0.1:9", "{}"));
  await fleet.start();
  await fleet.apply(
    [
      application("good", { cluster: "one" }),
      application("yaml", { cluster: "one" }),
      application("overlay", { cluster: "one" }),
      application("outside", { cluster: "one", path: "../../etc" }),
      application("missing", { cluster: "one", path: "no/such/path" }),
      application("unknown-project", { cluster: "one", path: "good" }).replace("project: default", "project: nobody"),
      application("unknown-cluster", { cluster: "nowhere", path: "good" }),
      application("bad-secret", { cluster: "broken", path: "good" }),
      application("unreachable", { cluster: "gone", path: "good" }),
      application("no-revision", { cluster: "one", path: "good" }).replace(
        "targetRevision: main",
        "targetRevision: no-such-branch",
      ),
    ].join("---\n"),
  );
}, 60_000);

afterAll(() => fleet.close());

test.each([
  ["a broken YAML file, with its place", "yaml", "ComparisonError", /yaml\/cm\.yaml:[45]:\d+/],
  [
    "a file that the overlay names and nobody has",
    "overlay",
    "ComparisonError",
    /overlay\/kustomization\.yaml.*none\.yaml|none\.yaml/,
  ],
  ["a path that leaves the repository", "outside", "ComparisonError", /outside the repository/],
  ["a path that is not there", "missing", "ComparisonError", /no\/such\/path: app path does not exist/],
  ["a project that does not exist", "unknown-project", "InvalidSpecError", /project nobody which does not exist/],
  ["a cluster that nobody registered", "unknown-cluster", "InvalidSpecError", /there are no clusters with this name: nowhere/],
  [
    "a cluster whose Secret is malformed, with the Secret's name",
    "bad-secret",
    "InvalidSpecError",
    /Secret argocd\/broken.*not an http\(s\) URL/,
  ],
  ["a cluster that cannot be reached", "unreachable", "ComparisonError", /cluster gone .*cannot be reached/],
  ["a revision that is not there", "no-revision", "ComparisonError", /unable to resolve 'no-such-branch'/],
])("%s is a condition on the Application concerned", async (_, name, type, message) => {
  const app = await fleet.until(name, (found) => conditionsOf(found).length > 0);
  expect(conditionsOf(app)).toEqual([expect.objectContaining({ type, message: expect.stringMatching(message) })]);
  expect(syncOf(app)).toBe("Unknown");
});

test("the others go on beside all that", async () => {
  expect(conditionsOf(await fleet.until("good", isSettled))).toEqual([]);
});

test("of a cluster that cannot be reached nothing is claimed", async () => {
  expect(healthOf(await fleet.until("unreachable", (app) => healthOf(app) !== ""))).toBe("Unknown");
});

test("what is put right in git is put right in the Application, and its condition goes", async () => {
  fleet.commit({ "yaml/cm.yaml": configMap("fine") });
  await fleet.hub.patch(
    { apiVersion: "argoproj.io/v1alpha1", kind: "Application", namespace: "argocd", name: "yaml" },
    { metadata: { annotations: { "argocd.argoproj.io/refresh": "normal" } } },
    { type: "merge" },
  );
  const app = await fleet.until("yaml", isSettled);
  expect(conditionsOf(app)).toEqual([]);
  expect(app["metadata"]).not.toHaveProperty(["annotations", "argocd.argoproj.io/refresh"]);
});

test("a failing generator says so on its ApplicationSet and deletes nothing", async () => {
  await fleet.apply(`apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: set, namespace: argocd}
spec:
  generators: [{git: {repoURL: $REPO, revision: main, directories: [{path: good}]}}]
  template:
    metadata: {name: "set-{{path.basename}}"}
    spec:
      project: default
      source: {repoURL: $REPO, targetRevision: main, path: "{{path}}"}
      destination: {name: two, namespace: set}
      syncPolicy: {automated: {}, syncOptions: [CreateNamespace=true]}
`);
  await fleet.until("set-good", isSettled);
  const ref = { apiVersion: "argoproj.io/v1alpha1", kind: "ApplicationSet", namespace: "argocd", name: "set" };
  await fleet.hub.patch(
    ref,
    { spec: { generators: [{ git: { repoURL: `${fleet.repoURL}-none`, revision: "main", directories: [{ path: "good" }] } }] } },
    { type: "merge" },
  );
  for (let tries = 0; ; tries++) {
    const set = await fleet.hub.get(ref);
    const conditions = (
      (set?.["status"] as { conditions?: { type: string; status: string }[] } | undefined)?.conditions ?? []
    ).filter((one) => one.type === "ErrorOccurred" && one.status === "True");
    if (conditions.length > 0) break;
    expect(tries).toBeLessThan(400);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  expect(isSettled((await fleet.app("set-good"))!)).toBe(true);
});
