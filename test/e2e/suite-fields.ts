import { expect, test } from "vitest";
import { type Bench, deploymentText } from "./fixtures.js";
import { applicationText, fieldOf, isSettled, isSettledAt, until } from "./workbench.js";

/** Server-side apply, and other managers beside the controller. */
export function fieldsSuite(bench: Bench): void {
  test("with ServerSideDiff=true the server's own answer decides: what others added is no drift, what they changed is", async () => {
    const { at } = bench;
    await at.commit({ "asked/deployment.yaml": deploymentText(2) });
    const text = JSON.parse(
      applicationText(at.repository.url, "asked", { syncPolicy: "{automated: {}, syncOptions: [CreateNamespace=true]}" }),
    ) as { metadata: object };
    text.metadata = { ...text.metadata, annotations: { "argocd.argoproj.io/compare-options": "ServerSideDiff=true" } };
    await at.apply(JSON.stringify(text));
    await at.untilApplication("asked", isSettled);
    await at.kubectl(["annotate", "-n", "asked", "deployment/web", "example.com/note=hello"]);
    await at.refresh("asked");
    const app = await at.untilApplication("asked", (view) => isSettled(view));
    expect(app.conditions).toEqual([]);
    await at.kubectl(["scale", "-n", "asked", "deployment/web", "--replicas=4"]);
    await at.untilApplication("asked", (view) => view.sync === "OutOfSync");
  });

  test("server-side apply takes back a field that another manager forced, and leaves the other's own fields", async () => {
    const { at } = bench;
    await at.commit({ "shared/deployment.yaml": deploymentText(2) });
    const syncPolicy = "{automated: {selfHeal: true}, syncOptions: [CreateNamespace=true, ServerSideApply=true]}";
    await at.apply(applicationText(at.repository.url, "shared", { syncPolicy }));
    await at.untilApplication("shared", isSettled);
    const other = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shared, annotations: {example.com/rotated: "yes"}}
spec: {replicas: 5, progressDeadlineSeconds: 300}
`;
    const refused = at.kubectl(["apply", "--server-side", "--field-manager=autoscaler", "-f", "-"], { input: other });
    await expect(refused).rejects.toThrow(/conflict with "argocd-controller".*\.spec\.replicas/s);
    await at.kubectl(["apply", "--server-side", "--field-manager=autoscaler", "--force-conflicts", "-f", "-"], { input: other });
    await until(
      () => "the replicas are not taken back",
      async () => fieldOf(await at.get("apps/v1", "Deployment", "web", "shared"), "spec", "replicas") === 2,
    );
    await at.untilApplication("shared", isSettled);
    const deployment = await at.get("apps/v1", "Deployment", "web", "shared");
    expect(deployment?.metadata.annotations?.["example.com/rotated"]).toBe("yes");
    expect(fieldOf(deployment, "spec", "progressDeadlineSeconds")).toBe(300);
    const owners = await at.kubectl([
      "get",
      "-n",
      "shared",
      "deployment",
      "web",
      "--show-managed-fields",
      "-o",
      "jsonpath={.metadata.managedFields[*].manager}",
    ]);
    expect(owners.split(" ")).toContain("argocd-controller");
  });

  test("a field that leaves git leaves the object, with client-side and with server-side apply", async () => {
    const { at } = bench;
    for (const [name, options] of [
      ["shrunk", ""],
      ["shrunk-ssa", ", ServerSideApply=true"],
    ] as const) {
      const text = (data: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: ${data}\n`;
      await at.commit({ [`${name}/settings.yaml`]: text("{a: one, b: two}") });
      await at.apply(
        applicationText(at.repository.url, name, {
          syncPolicy: `{automated: {}, syncOptions: [CreateNamespace=true${options}]}`,
        }),
      );
      await at.untilApplication(name, isSettled);
      await at.kubectl(["patch", "-n", name, "configmap", "settings", "--type=merge", "-p", `{"data":{"c":"three"}}`]);
      const commit = await at.commit({ [`${name}/settings.yaml`]: text("{a: one}") });
      await at.refresh(name);
      await at.untilApplication(name, (app) => isSettledAt(commit)(app) && app.syncedRevision === commit);
      expect(fieldOf(await at.get("v1", "ConfigMap", "settings", name), "data")).toEqual({ a: "one", c: "three" });
    }
  });

  test("a quantity, a defaulted port and an empty list written differently in git are no drift", async () => {
    const { at } = bench;
    await at.commit({
      "normal/deployment.yaml":
        `${deploymentText(1)}          resources: {limits: {cpu: 1000m, memory: 1024Mi}, requests: {cpu: "0.5"}}
          env: []
`.replace(
          '- {name: web, image: "registry.example.com/web:1", ports: [{containerPort: 80}]}\n',
          '- name: web\n          image: "registry.example.com/web:1"\n          ports: [{containerPort: 80}]\n',
        ),
      "normal/service.yaml": `apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`,
      "normal/ingress.yaml": `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
    - host: web.example.com
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
`,
    });
    await at.apply(applicationText(at.repository.url, "normal"));
    const app = await at.untilApplication("normal", isSettled);
    expect(app.resources.every((each) => each["status"] === "Synced")).toBe(true);
    const operation = fieldOf(app.object, "status", "operationState", "startedAt");
    await at.refresh("normal");
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    expect(fieldOf((await at.application("normal")).object, "status", "operationState", "startedAt")).toBe(operation);
  });
}
