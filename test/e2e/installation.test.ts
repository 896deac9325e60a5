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

  test("the API server accepts all of deploy/install, and again without a change", () => {
    const first = kubectl("apply", "--server-side", "-k", "deploy/install");
    expect(first.stderr).toBe("");
    const crds = kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s");
    expect(crds.stdout.match(/condition met/g)).toHaveLength(3);
    expect(kubectl("apply", "--server-side", "-k", "deploy/install").status).toBe(0);
  });

  test("the guestbook's ApplicationSet is accepted", () => {
    kubectl("create", "namespace", "argocd");
    expect(kubectl("apply", "-f", "examples/guestbook/applicationset.yaml").stdout).toContain("created");
  });
});
