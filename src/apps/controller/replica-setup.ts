import { InputError } from "../../core/errors.js";

/** How this process takes part among replicas. */
export interface ReplicaSetup {
  /** Of the pod: `fleetwright-controller-0`; its number is what clusters are pinned to. */
  readonly name: string;
  readonly isNameUnique: boolean;
  readonly leaseMs: number;
  /** How many replicas are meant to run. */
  readonly expected: number;
  /** Argo CD's `sharding.algorithm`. */
  readonly algorithm?: string;
  /** Where the other replicas reach this one, without the port; "" for the host that it listens on. */
  readonly host: string;
}

export interface ReplicaFlags {
  readonly leaseSeconds: string;
}

/** Flags, and the environment that Argo CD's manifests and ours give a controller. Throws InputError CONTROLLER_LEASE. */
export function replicaSetup(
  env: Readonly<Record<string, string | undefined>>,
  hostName: string,
  { leaseSeconds }: ReplicaFlags,
): ReplicaSetup {
  const seconds = Number(leaseSeconds);
  if (!(seconds >= 1 && seconds <= 3600))
    throw new InputError(`--lease-seconds ${leaseSeconds} is not a number from 1 to 3600`, { code: "CONTROLLER_LEASE" });
  const shard = env["ARGOCD_CONTROLLER_SHARD"] ?? "";
  const pod = dnsName(env["POD_NAME"] || hostName);
  const algorithm = env["ARGOCD_CONTROLLER_SHARDING_ALGORITHM"];
  return {
    name: /^\d+$/.test(shard) ? `${pod.replace(/-\d+$/, "")}-${shard}` : pod,
    isNameUnique: Boolean(env["POD_NAME"]),
    leaseMs: seconds * 1000,
    expected: Math.max(1, Number(env["ARGOCD_CONTROLLER_REPLICAS"]) || 1),
    ...(algorithm ? { algorithm } : {}),
    host: env["POD_IP"] ?? "",
  };
}

/** What may be part of a Lease's name. */
function dnsName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .slice(0, 150)
    .replace(/^-+|-+$/g, "");
  return name || "fleetwright";
}
