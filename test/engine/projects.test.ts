import { afterAll, beforeAll, expect, test } from "vitest";
import { listAt, objectAt, stringAt, type ValueObject } from "#src/core/manifest/value.js";
import { application, conditionsOf, type Fleet, isSettled, phaseOf, startFleet, syncOf } from "./fleet-fixture.js";

let fleet: Fleet;
const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
const projectText = (name: string, more: string) => `apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: ${name}, namespace: argocd}
spec:
  sourceRepos: ["*"]
  destinations: [{server: "*", namespace: "*"}]
  clusterResourceWhitelist: [{group: "*", kind: "*"}]
${more}`;

beforeAll(async () => {
  fleet = await startFleet({
    clusters: ["east"],
    files: { "tidy/a.yaml": configMap("a"), "acting/a.yaml": configMap("a"), "elsewhere/a.yaml": configMap("a") },
  });
  await fleet.apply(`apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cm, namespace: argocd}
data: {application.sync.impersonation.enabled: "true"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cmd-params-cm, namespace: argocd}
data: {application.namespaces: "team-*"}
`);
  await fleet.start();
}, 60_000);
afterAll(() => fleet.close());

const inProject = (text: string, project: string) => text.replace("project: default", `project: ${project}`);
const messageOf = (app: ValueObject) => stringAt(objectAt(objectAt(app, "status"), "operationState"), "message");
const anyone = `  destinationServiceAccounts: [{server: "*", namespace: "*", defaultServiceAccount: syncer}]\n`;
const accessOf = (namespace: string) => `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: ${namespace}-syncer}
rules:
  - {apiGroups: [""], resources: [configmaps, namespaces], verbs: ["*"]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: ${namespace}-syncer}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${namespace}-syncer}
subjects: [{kind: ServiceAccount, name: syncer, namespace: ${namespace}}]
`;
const onEast = async (text: string) => {
  for (const document of text.split("---\n")) {
    const { parseYaml } = await import("#src/core/yaml/parse.js");
    await fleet.cluster("east").apply(parseYaml(document, { dialect: "kubernetes" }) as never, { fieldManager: "test" });
  }
};

test("a project that looks for orphans warns of objects in the namespace that no Application has, as soon as they come", async () => {
  await fleet.apply(
    projectText(
      "watchful",
      `${anyone}  orphanedResources: {warn: true, ignore: [{group: "", kind: ConfigMap, name: "ignored-*"}]}\n`,
    ),
  );
  await onEast(accessOf("tidy"));
  await fleet.apply(inProject(application("tidy", { cluster: "east" }), "watchful"));
  const settled = await fleet.until("tidy", isSettled);
  expect(conditionsOf(settled)).toEqual([]);
  for (const name of ["ignored-one", "stray"])
    await fleet.cluster("east").create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "tidy" } });
  const app = await fleet.until("tidy", (found) => conditionsOf(found).length > 0);
  expect(conditionsOf(app)).toMatchObject([
    { type: "OrphanedResourceWarning", message: "Application has 1 orphaned resources: ConfigMap/stray" },
  ]);
  await fleet.cluster("east").delete({ apiVersion: "v1", kind: "ConfigMap", name: "stray", namespace: "tidy" });
  await fleet.until("tidy", (found) => conditionsOf(found).length === 0);
});

test("a sync acts as the project's service account: without rights it is refused in the server's words, with them it succeeds", async () => {
  await fleet.apply(projectText("acting", anyone));
  const text = inProject(application("acting", { cluster: "east" }), "acting").replace(
    "automated: {prune: true, selfHeal: true}",
    "automated: {selfHeal: true}\n    retry: {limit: 0}",
  );
  await fleet.apply(text);
  const refused = await fleet.until("acting", (app) => phaseOf(app) === "Failed");
  expect(`${messageOf(refused)} ${JSON.stringify(objectAt(refused, "status")["operationState"])}`).toContain(
    'User \\"system:serviceaccount:acting:syncer\\" cannot create resource',
  );
  await onEast(accessOf("acting"));
  await fleet.until("acting", isSettled);
});

test("a project that names no service account for the destination refuses the sync before anything is sent", async () => {
  await fleet.apply(projectText("nobody", "  destinationServiceAccounts: []\n"));
  await fleet.apply(inProject(application("nobody", { cluster: "east", path: "acting" }), "nobody"));
  const app = await fleet.until("nobody", (found) => messageOf(found) !== "");
  expect(messageOf(app)).toContain("failed to find a matching service account to impersonate");
});

test("an Application of another namespace needs that its project names the namespace, and is tracked with it", async () => {
  await fleet.apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: team-a}\n");
  await fleet.apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: others}\n");
  await onEast(accessOf("elsewhere"));
  await fleet.apply(projectText("teams", anyone));
  const text = inProject(application("elsewhere", { cluster: "east" }), "teams");
  for (const namespace of ["team-a", "others"]) await fleet.apply(text.replace("namespace: argocd", `namespace: ${namespace}`));
  const get = async (namespace: string) =>
    (await fleet.hub.get({
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Application",
      name: "elsewhere",
      namespace,
    })) as unknown as ValueObject;
  const until = async (holds: (app: ValueObject) => boolean) => {
    for (let tries = 0; tries < 400; tries++) {
      if (holds(await get("team-a"))) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(JSON.stringify(objectAt(await get("team-a"), "status"), null, 1));
  };
  await until((app) =>
    JSON.stringify(conditionsOf(app)).includes(
      "application 'elsewhere' in namespace 'team-a' is not permitted to use project 'teams'",
    ),
  );
  await fleet.apply(projectText("teams", `${anyone}  sourceNamespaces: ["team-*"]\n`));
  await until(isSettled);
  const live = await fleet.cluster("east").get({ apiVersion: "v1", kind: "ConfigMap", name: "a", namespace: "elsewhere" });
  expect(live?.metadata.annotations?.["argocd.argoproj.io/tracking-id"]).toBe("team-a_elsewhere:/ConfigMap:elsewhere/a");
  // Nobody named this namespace.
  expect(syncOf(await get("others"))).toBe("");
  expect(listAt(objectAt(await get("others"), "status"), "conditions")).toEqual([]);
});
