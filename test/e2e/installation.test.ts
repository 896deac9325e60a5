import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { diskTree } from "#src/adapters/fs/disk-tree.js";
import { loadChart, templateChart } from "#src/core/helm/index.js";
import { buildKustomization } from "#src/core/kustomize/index.js";
import { objectAt, type ValueObject } from "#src/core/manifest/value.js";
import { parseYamlDocuments } from "#src/core/yaml/parse.js";
import { ControllerProcess } from "./controller-process.js";
import { findKubernetesAssets } from "./kubernetes-assets.mjs";
import { type RealCluster, startRealCluster } from "./real-cluster.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const assets = findKubernetesAssets();
const hasKubectl = spawnSync("kubectl", ["version", "--client"]).status === 0;
const missing = assets.missing ?? (hasKubectl ? undefined : "kubectl is not on the PATH");

describe.skipIf(missing)(`installation on a real API server${missing ? ` (skipped: ${missing})` : ""}`, () => {
  let cluster: RealCluster;
  beforeAll(async () => {
    cluster = await startRealCluster({ name: "install", assets: assets.folder ?? "", controllerManager: false });
  });
  afterAll(() => cluster?.stop());

  const kubectl = (...args: string[]) =>
    spawnSync("kubectl", ["--kubeconfig", cluster.kubeconfig, ...args], { cwd: root, encoding: "utf8" });

  const kubectlWithInput = (input: string, ...args: string[]) =>
    spawnSync("kubectl", ["--kubeconfig", cluster.kubeconfig, ...args], { cwd: root, encoding: "utf8", input });

  const eventually = async (holds: () => boolean) => {
    for (let tries = 0; tries < 120; tries++) {
      if (holds()) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error("not in time");
  };

  /** `kubectl wait` refuses objects whose status nobody has written yet: it is asked again. */
  const established = async (count: number) => {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const crds = kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=5s");
      if (crds.stdout.match(/condition met/g)?.length === count) return;
      if (Date.now() > deadline) throw new Error(`the CRDs are not established: ${crds.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };

  test("the API server accepts all of deploy/install, and again without a change", async () => {
    const first = kubectl("apply", "--server-side", "-k", "deploy/install");
    expect(first.stderr).toBe("");
    await established(3);
    expect(kubectl("apply", "--server-side", "-k", "deploy/install").status).toBe(0);
  });

  test("the guestbook's ApplicationSet is accepted", () => {
    kubectl("create", "namespace", "argocd");
    expect(kubectl("apply", "-f", "examples/guestbook/applicationset.yaml").stdout).toContain("created");
  });

  test("nulls that a form tool leaves are dropped, unknown fields pruned, and the columns are Argo CD's", () => {
    const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  destination: {name: in-cluster, namespace: web}
  source: {repoURL: https://example.com/fleet.git, path: web, unheardOf: 1}
  syncPolicy: {automated: null, syncOptions: null}
`;
    const applied = kubectlWithInput(application, "apply", "--validate=false", "-f", "-");
    expect(applied.stderr).toBe("");
    const read = JSON.parse(kubectl("get", "app", "web", "-n", "argocd", "-o", "json").stdout) as { spec: unknown };
    expect(read.spec).toEqual({
      project: "default",
      destination: { name: "in-cluster", namespace: "web" },
      source: { repoURL: "https://example.com/fleet.git", path: "web" },
      syncPolicy: {},
    });
    expect(kubectl("get", "app", "-n", "argocd", "-o", "wide").stdout).toMatch(
      /^NAME +SYNC STATUS +HEALTH STATUS +REVISION +PROJECT/,
    );
  });

  test("a status is a subresource of an ApplicationSet and a plain field of an Application", () => {
    const resources = JSON.parse(kubectl("get", "--raw", "/apis/argoproj.io/v1alpha1").stdout) as {
      resources: { name: string }[];
    };
    expect(resources.resources.map(({ name }) => name).sort()).toEqual([
      "applications",
      "applicationsets",
      "applicationsets/status",
      "appprojects",
    ]);
  });

  test("what Fleetwright itself renders of deploy/install changes nothing", () => {
    const built = buildKustomization(diskTree(root), "deploy/install");
    if (built.kind !== "built") throw new Error("deploy/install needs what is not in the repository");
    const versions = () => kubectl("get", "-k", "deploy/install", "-o", "jsonpath={.items[*].metadata.generation}").stdout;
    const before = versions();
    const applied = kubectlWithInput(built.yaml(), "apply", "--server-side", "-f", "-");
    expect(applied.stderr).toBe("");
    expect(versions()).toBe(before);
  });

  test("the chart in its namespaced mode is accepted, and its account may do nothing outside of its namespaces", () => {
    for (const name of ["gitops", "shop"]) kubectl("create", "namespace", name);
    const chart = loadChart(diskTree(root), "deploy/chart/fleetwright");
    const values = { namespaced: { enabled: true, namespaces: ["shop"] } };
    const { yaml } = templateChart(chart, values, { releaseName: "fw", namespace: "gitops" });
    const applied = kubectlWithInput(yaml, "apply", "--server-side", "-f", "-");
    expect(applied.stderr).toBe("");
    const can = (verb: string, resource: string, namespace: string) =>
      kubectl("auth", "can-i", verb, resource, "-n", namespace, "--as=system:serviceaccount:gitops:fw-controller").stdout.trim();
    expect(can("create", "deployments.apps", "shop")).toBe("yes");
    expect(can("patch", "applications.argoproj.io", "gitops")).toBe("yes");
    expect(can("create", "deployments.apps", "gitops")).toBe("no");
    expect(can("create", "secrets", "gitops")).toBe("no");
    expect(can("get", "secrets", "default")).toBe("no");
    expect(can("list", "nodes", "default")).toBe("no");
  });

  test("a controller with no other rights than the chart's account works in its namespaced mode, and is refused nothing", async () => {
    const directory = mkdtempSync(join(tmpdir(), "fleetwright-install-"));
    const git = (...args: string[]) => spawnSync("git", ["-C", directory, ...args]);
    mkdirSync(join(directory, "web"));
    writeFileSync(join(directory, "web/map.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: b}\n");
    git("init", "-q", "-b", "main");
    git("add", "-A");
    git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "one");
    const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: all, namespace: gitops}
spec:
  goTemplate: true
  generators: [{git: {repoURL: "file://${directory}", revision: main, directories: [{path: "*"}]}}]
  template:
    metadata: {name: "{{.path.basename}}", finalizers: [resources-finalizer.argocd.argoproj.io/background]}
    spec:
      project: default
      source: {repoURL: "file://${directory}", targetRevision: main, path: "{{.path.path}}"}
      destination: {server: https://kubernetes.default.svc, namespace: shop}
      syncPolicy: {automated: {prune: true, selfHeal: true}}
`;
    const token = kubectl("create", "token", "fw-controller", "-n", "gitops").stdout.trim();
    const controller = new ControllerProcess({
      name: "fw-controller-0",
      directory,
      connection: { server: cluster.url, bearerToken: token, insecure: true },
      args: ["--namespace", "gitops"],
    });
    await controller.start();
    try {
      expect(kubectlWithInput(set, "apply", "-f", "-").stderr).toBe("");
      await eventually(
        () => kubectl("get", "app", "web", "-n", "gitops", "-o", "jsonpath={.status.sync.status}").stdout === "Synced",
      );
      expect(kubectl("get", "configmap", "web", "-n", "shop", "-o", "jsonpath={.data.a}").stdout).toBe("b");
      // No controller manager runs here that would collect what the set owns, or end a deletion in the foreground.
      expect(kubectl("delete", "appset", "all", "-n", "gitops", "--timeout=60s").status).toBe(0);
      const deleted = kubectl("delete", "app", "web", "-n", "gitops", "--timeout=120s");
      expect(`${deleted.stderr}${deleted.status === 0 ? "" : controller.log.slice(-3_000)}`).toBe("");
      await eventually(() => kubectl("get", "configmap", "web", "-n", "shop").status !== 0);
      expect(controller.log).not.toMatch(/forbidden/i);
      const refused = readFileSync(cluster.auditLog, "utf8")
        .split("\n")
        .filter((line) => line.includes("serviceaccount:gitops:fw-controller") && line.includes('"code":403'));
      expect(refused).toEqual([]);
    } finally {
      await controller.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  }, 600_000);

  test("its pods are admitted where the namespace enforces the restricted pod security standard", () => {
    const chart = loadChart(diskTree(root), "deploy/chart/fleetwright");
    const charted = templateChart(
      chart,
      { namespaced: { enabled: true, namespaces: ["shop"] } },
      { releaseName: "fw", namespace: "gitops" },
    ).yaml;
    const plain = readFileSync(join(root, "deploy/install.yaml"), "utf8");
    let pods = 0;
    for (const text of [charted, plain])
      for (const object of parseYamlDocuments(text, { dialect: "kubernetes" })) {
        const workload = object as unknown as ValueObject;
        const template = objectAt(objectAt(workload, "spec"), "template");
        if (Object.keys(template).length === 0) continue;
        const metadata = {
          ...objectAt(template, "metadata"),
          name: "restricted",
          namespace: objectAt(workload, "metadata")["namespace"],
        };
        const namespace = String(metadata.namespace ?? "gitops");
        kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted", "--overwrite");
        const create = (spec: ValueObject) =>
          kubectlWithInput(
            JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { ...metadata, namespace }, spec }),
            ...["create", "--dry-run=server", "-f", "-"],
          );
        expect(create(objectAt(template, "spec")).stderr).toBe("");
        expect(create({ ...objectAt(template, "spec"), hostNetwork: true }).stderr).toContain('violates PodSecurity "restricted');
        pods++;
      }
    expect(pods).toBe(2);
  });

  test("a plain `kubectl apply` takes deploy/install.yaml too", () => {
    const applied = kubectl("apply", "-f", "deploy/install.yaml", "--dry-run=server");
    expect(applied.stderr.replace(/^Warning: .*\n/gm, "")).toBe("");
  });

  test("the chart with its default values is accepted by a dry run on the server", () => {
    const chart = loadChart(diskTree(root), "deploy/chart/fleetwright");
    const { yaml } = templateChart(chart, {}, { releaseName: "other", namespace: "gitops" });
    const applied = kubectlWithInput(yaml, "apply", "--server-side", "--dry-run=server", "-f", "-");
    expect(applied.stderr).toBe("");
    expect(applied.stdout.match(/serverside-applied/g)).toHaveLength(9);
  });
});
