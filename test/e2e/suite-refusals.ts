import { expect, test } from "vitest";
import type { Bench } from "./fixtures.js";
import { applicationText, isSettled, until } from "./workbench.js";

/** What goes wrong is said on the Application in the server's words, and gets on when it can. */
export function refusalSuite(bench: Bench): void {
  test("a namespace that is being terminated: the sync says so, and succeeds once it is gone", async () => {
    const { at } = bench;
    await at.kubectl(["create", "namespace", "ending"]);
    const holder = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: holder, namespace: ending, finalizers: [example.com/hold]}\n`;
    await at.kubectl(["apply", "-f", "-"], { input: holder });
    await at.kubectl(["delete", "namespace", "ending", "--wait=false"]);
    await at.commit({ "ending/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n" });
    const syncPolicy =
      "{automated: {selfHeal: true}, syncOptions: [CreateNamespace=true], retry: {limit: 30, backoff: {duration: 2s, factor: 1}}}";
    await at.apply(applicationText(at.repository.url, "ending", { syncPolicy }));
    await at.untilApplication("ending", (app) =>
      `${app.message} ${JSON.stringify(app.results)}`.includes("because it is being terminated"),
    );
    await at.kubectl(["patch", "-n", "ending", "configmap", "holder", "--type=merge", "-p", `{"metadata":{"finalizers":null}}`]);
    await at.untilApplication("ending", isSettled, 120_000);
    expect(await at.get("v1", "ConfigMap", "a", "ending")).toBeDefined();
  });

  test("an object that the server finds invalid: its words are the operation's", async () => {
    const { at } = bench;
    await at.commit({
      "invalid/service.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 99999}]}\n",
      "invalid/fine.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fine}\n",
    });
    await at.apply(
      applicationText(at.repository.url, "invalid", {
        syncPolicy: "{automated: {}, retry: {limit: 0}, syncOptions: [CreateNamespace=true]}",
      }),
    );
    const app = await at.untilApplication("invalid", (view) => view.phase === "Failed");
    expect(app.message).toMatch(
      /^one or more (objects failed to apply|synchronization tasks completed unsuccessfully), reason: Service/,
    );
    expect(JSON.stringify(app.results)).toMatch(
      /Service .+web.+ is invalid: .*spec\.ports\[0\]\.port: Invalid value: 99999.*spec\.ports\[0\]\.targetPort: Invalid value: 99999/,
    );
    await at.untilApplication("invalid", (view) => /SyncError: Failed last sync attempt to/.test(view.conditions.join()));
  });

  test("a sync that acts as a service account is refused what that account may not do, and succeeds once it may", async () => {
    const { at } = bench;
    const settings = (enabled: boolean): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm, namespace: argocd}\ndata: {application.sync.impersonation.enabled: "${enabled}"}\n`;
    await at.apply(settings(true));
    await at.apply(actingProject);
    await at.commit({ "acting/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n" });
    await at.kubectl(["create", "namespace", "acting"]);
    const syncPolicy = "{automated: {selfHeal: true}, retry: {limit: 30, backoff: {duration: 2s, factor: 1}}}";
    const text = applicationText(at.repository.url, "acting", { syncPolicy, spec: "{project: acting}" });
    await at.apply(text);
    await at.untilApplication("acting", (app) =>
      JSON.stringify(app.results).includes(
        'User \\"system:serviceaccount:acting:syncer\\" cannot create resource \\"configmaps\\"',
      ),
    );
    await at.kubectl(["apply", "-f", "-"], { input: actingRights });
    await at.untilApplication("acting", isSettled);
    expect(await at.get("v1", "ConfigMap", "a", "acting")).toBeDefined();
    await at.apply(settings(false));
  });

  test("an admission policy's denial is the operation's message", async () => {
    const { at } = bench;
    await at.kubectl(["apply", "-f", "-"], { input: policy });
    await at.commit({ "denied/a.yaml": 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {forbidden: "yes"}}\n' });
    await until(
      () => "the policy is not enforced",
      async () => {
        const probe = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: probe, namespace: default, labels: {forbidden: "yes"}}\n`;
        return await at.kubectl(["create", "--dry-run=server", "-f", "-"], { input: probe }).then(
          () => false,
          () => true,
        );
      },
    );
    await at.apply(
      applicationText(at.repository.url, "denied", {
        syncPolicy: "{automated: {}, retry: {limit: 0}, syncOptions: [CreateNamespace=true]}",
      }),
    );
    const app = await at.untilApplication("denied", (view) => view.phase === "Failed");
    expect(`${app.message} ${JSON.stringify(app.results)}`).toContain("the label forbidden is not allowed here");
    expect(app.sync).toBe("OutOfSync");
  });
}

const policy = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: no-forbidden}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [configmaps]}]
  validations:
    - expression: "!has(object.metadata.labels) || !('forbidden' in object.metadata.labels)"
      message: the label forbidden is not allowed here
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: no-forbidden}
spec: {policyName: no-forbidden, validationActions: [Deny]}
`;

const actingProject = `apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: acting, namespace: argocd}
spec:
  sourceRepos: ["*"]
  destinations: [{server: "*", namespace: "*"}]
  destinationServiceAccounts: [{server: "*", namespace: acting, defaultServiceAccount: syncer}]
`;

const actingRights = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: syncer, namespace: acting}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get, create, patch, update]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: syncer, namespace: acting}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: syncer}
subjects: [{kind: ServiceAccount, name: syncer, namespace: acting}]
`;
