import { spawnSync } from "node:child_process";
import { findKubernetesAssets } from "./kubernetes-assets.mjs";

export interface Requirements {
  /** Folder of etcd, kube-apiserver and kube-controller-manager; "" without them. */
  readonly assets: string;
  /** Why the tests of real servers are skipped. */
  readonly missing: string | undefined;
}

/** What tests against real servers need: the servers' programs and kubectl. */
export function realServers(): Requirements {
  const { folder, missing } = findKubernetesAssets();
  return { assets: folder ?? "", missing: missing ?? missingKubectl() };
}

export function missingKubectl(): string | undefined {
  return spawnSync("kubectl", ["version", "--client"]).status === 0 ? undefined : "kubectl is not on the PATH";
}

/** The ending of a title that says why a suite is skipped. */
export function because(missing: string | undefined): string {
  return missing === undefined ? "" : ` (skipped: ${missing})`;
}
