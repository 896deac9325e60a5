import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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
});
