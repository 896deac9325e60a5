import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request } from "undici";
import { expect } from "vitest";
import { createFleetRepository, type FleetRepository } from "#src/apps/demo/fleet-repository.js";
import { applyAll } from "#src/apps/demo/hub.js";
import type { KubernetesObject } from "#src/core/manifest/object.js";
import { isObject, listAt, objectAt, stringAt, type ValueObject } from "#src/core/manifest/value.js";
import { leaseResource, readReplicaLease, readViewLease } from "#src/engine/replicas/lease-objects.js";
import type { ShardView } from "#src/engine/sharding.js";
import type { ClusterConnection, ClusterPort } from "#src/ports/cluster.js";
import { ControllerProcess } from "./controller-process.js";
import type { TestCluster } from "./test-cluster.js";
import { fleetPollMs, installControlPlane, until } from "./workbench.js";

/** A write as the API server, or what stands before it, has recorded it. */
export interface RecordedWrite {
  readonly atMs: number;
  /** `fleetwright (fleet-0.1f0c…)` → `fleet-0.1f0c…`. */
  readonly identity: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

export interface ReplicaRounds {
  readonly cluster: TestCluster;
  /** How the controllers reach the hub. */
  readonly connection: ClusterConnection;
  readonly applications: number;
  readonly leaseSeconds: number;
  readonly recorded: () => Promise<readonly RecordedWrite[]>;
}

export interface ReplicaReport {
  readonly shares: readonly number[];
  readonly takeOverSeconds: number;
  readonly writes: number;
}

const patienceMs = Number(process.env["FLEETWRIGHT_E2E_PATIENCE_SECONDS"] ?? 240) * 1000;

/**
 * Three controllers share a fleet. In the middle of a roll-out one is killed and one stopped for longer than the lease, then continued. All is
 * reconciled again within twice the lease time, each commit is synced once, and the late one writes nothing in its old name.
 */
export async function playReplicaRounds(rounds: ReplicaRounds): Promise<ReplicaReport> {
  const { cluster, connection, applications, leaseSeconds } = rounds;
  const directory = await mkdtemp(join(tmpdir(), "fleetwright-replicas-"));
  const controllers = [0, 1, 2].map(
    (number) =>
      new ControllerProcess({
        name: `fleet-${number}`,
        directory,
        connection,
        env: { ARGOCD_CONTROLLER_REPLICAS: "3", ARGOCD_SYNC_WAVE_DELAY: "1" },
        args: ["--lease-seconds", String(leaseSeconds)],
      }),
  );
  const views = new ViewRecorder(cluster.client);
  try {
    await installControlPlane(cluster.client);
    const repository = await createFleetRepository(join(directory, "repository"));
    const first = await repository.commit("1", filesOf(applications, "1"));
    for (const controller of controllers) await controller.start();
    await applyAll(cluster.client, applicationSet(repository.url, applications));
    views.start();
    const synced = async (commit: string): Promise<readonly KubernetesObject[]> =>
      (await listApplications(cluster.client)).filter((app) => isSyncedAt(app, commit));
    const logs = (): string => controllers.map(({ name, log }) => `${name}: ${log.slice(-3_000)}`).join("\n");
    await until(
      () => `not all are Synced at the first commit. ${logs()}`,
      async () => (await synced(first)).length === applications,
      patienceMs,
      fleetPollMs,
    );
    const shares = sharesOf(await rounds.recorded());
    expect([...shares.keys()].sort(), "each replica works").toHaveLength(3);

    const [survivor, killed, stopped] = controllers as [ControllerProcess, ControllerProcess, ControllerProcess];
    const second = await repository.commit("2", filesOf(applications, "2"));
    await announce(survivor, repository);
    // In the middle: some have begun, not all have ended.
    await until(
      () => `the second commit is not taken up. ${logs()}`,
      async () => (await synced(second)).length > 0,
      patienceMs,
      fleetPollMs / 4,
    );
    const late = views.identityOf(stopped.name);
    killed.signal("SIGKILL");
    stopped.signal("SIGSTOP");
    const wentMs = Date.now();
    await until(
      () => `the survivor did not take over. ${logs()}`,
      async () => (await synced(second)).length === applications,
      patienceMs,
      fleetPollMs,
    );
    const takeOverSeconds = (Date.now() - wentMs) / 1000;
    expect(takeOverSeconds, "all were reconciled again within twice the lease time").toBeLessThan(2 * leaseSeconds);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, leaseSeconds * 1500 - (Date.now() - wentMs))));
    const alone = views.latest()!;
    expect(alone.view.members).toHaveLength(1);

    stopped.signal("SIGCONT");
    await until(
      () => `the late one did not come back. ${logs()}`,
      async () => views.latest()!.view.members.some((member) => member.startsWith(`${stopped.name}.`)),
      patienceMs,
    );
    expect(views.identityOf(stopped.name), "it has a new identity").not.toBe(late);
    const third = await repository.commit("3", filesOf(applications, "3"));
    await announce(survivor, repository);
    await until(
      () => `not all are Synced at the third commit. ${logs()}`,
      async () => (await synced(third)).length === applications,
      patienceMs,
      fleetPollMs,
    );

    const writes = (await rounds.recorded()).filter(({ resource }) => resource !== "leases");
    const tooLate = writes.filter(({ identity, atMs }) => identity === late && atMs > alone.atMs);
    expect(tooLate, "no write of the late one in its old name").toEqual([]);
    expect(returns(writes), "nobody writes for an Application again after another one has").toEqual([]);
    for (const app of await listApplications(cluster.client))
      expect(syncedRevisions(app), `each commit was synced once: ${app.metadata.name}`).toEqual([first, second, third]);

    for (const controller of [survivor, stopped]) controller.signal("SIGTERM");
    await Promise.all([survivor.untilEnded(), stopped.untilEnded()]);
    expect([survivor.exitCode, stopped.exitCode]).toEqual([0, 0]);
    const left = (await cluster.client.list(leaseResource, { namespace: "argocd" })).items.filter(readReplicaLease);
    expect(
      left.map((lease) => lease.metadata.name),
      "who stops gives its Lease back",
    ).toEqual([]);
    return { shares: [...shares.values()], takeOverSeconds, writes: writes.length };
  } finally {
    views.stop();
    for (const controller of controllers) await controller.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** The audit log of a real API server. */
export async function auditedWrites(path: string): Promise<readonly RecordedWrite[]> {
  const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line.includes("fleetwright (") && line.endsWith("}"));
  return lines.flatMap((line) => {
    const event = JSON.parse(line) as ValueObject;
    const status = objectAt(event, "responseStatus")["code"];
    const object = objectAt(event, "objectRef");
    if (stringAt(event, "stage") !== "ResponseComplete" || typeof status !== "number" || status >= 400) return [];
    return [
      {
        atMs: Date.parse(stringAt(event, "requestReceivedTimestamp")),
        identity: identityIn(stringAt(event, "userAgent")),
        resource: stringAt(object, "resource"),
        namespace: stringAt(object, "namespace"),
        name: stringAt(object, "name"),
      },
    ];
  });
}

export function identityIn(userAgent: string): string {
  return /^fleetwright \(([^)]*)\)$/.exec(userAgent)?.[1] ?? "";
}

/** Follows who shares the fleet. */
class ViewRecorder {
  private readonly seen: { readonly view: ShardView; readonly atMs: number }[] = [];
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly hub: ClusterPort) {}

  start(): void {
    this.timer = setInterval(() => void this.look().catch(() => {}), 200);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  latest(): { readonly view: ShardView; readonly atMs: number } | undefined {
    return this.seen.at(-1);
  }

  identityOf(name: string): string {
    return this.latest()?.view.members.find((member) => member.startsWith(`${name}.`)) ?? "";
  }

  private async look(): Promise<void> {
    const { items } = await this.hub.list(leaseResource, { namespace: "argocd" });
    const view = items.map(readViewLease).find((found) => found !== undefined);
    if (view !== undefined && view.generation !== this.latest()?.view.generation) this.seen.push({ view, atMs: Date.now() });
  }
}

/** Applications that each replica wrote for. */
function sharesOf(writes: readonly RecordedWrite[]): ReadonlyMap<string, number> {
  const owners = new Map(writes.filter(isOfApplication).map(({ namespace, identity }) => [namespace, identity]));
  const shares = new Map<string, number>();
  for (const identity of owners.values()) shares.set(identity, (shares.get(identity) ?? 0) + 1);
  return shares;
}

/** Applications for which someone wrote again after another had. */
function returns(writes: readonly RecordedWrite[]): readonly string[] {
  const turns = new Map<string, string[]>();
  for (const { namespace, identity } of writes.filter(isOfApplication).sort((a, b) => a.atMs - b.atMs)) {
    const before = turns.get(namespace) ?? [];
    if (before.at(-1) !== identity) turns.set(namespace, [...before, identity]);
  }
  return [...turns].filter(([, writers]) => new Set(writers).size < writers.length).map((turn) => turn.flat().join(" "));
}

/** What the sync of an Application writes: its namespace has its name. */
function isOfApplication({ resource, namespace }: RecordedWrite): boolean {
  return resource === "configmaps" && namespace.startsWith("app-");
}

export async function announce(controller: ControllerProcess, repository: FleetRepository): Promise<void> {
  const answer = await request(`${controller.url}/api/webhook`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-github-event": "push" },
    body: JSON.stringify({ ref: "refs/heads/main", repository: { html_url: repository.url, clone_url: repository.url } }),
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`the webhook was answered with ${answer.statusCode}: ${text}`);
}

export async function listApplications(hub: ClusterPort): Promise<readonly KubernetesObject[]> {
  const resource = (await hub.discover()).find(({ kind, group }) => kind === "Application" && group === "argoproj.io")!;
  return (await hub.list(resource, { namespace: "argocd" })).items;
}

function statusOf(app: KubernetesObject): ValueObject {
  return objectAt(app as unknown as ValueObject, "status");
}

export function isSyncedAt(app: KubernetesObject, commit: string): boolean {
  const sync = objectAt(statusOf(app), "sync");
  const operation = objectAt(statusOf(app), "operationState");
  return (
    stringAt(sync, "status") === "Synced" &&
    stringAt(sync, "revision") === commit &&
    stringAt(operation, "phase") === "Succeeded" &&
    stringAt(objectAt(operation, "syncResult"), "revision") === commit
  );
}

function syncedRevisions(app: KubernetesObject): readonly string[] {
  return listAt(statusOf(app), "history")
    .filter(isObject)
    .map((entry) => stringAt(entry, "revision"));
}

/** Two waves each, so that an operation takes longer than one reconcile. */
function filesOf(applications: number, at: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (let index = 0; index < applications; index++)
    for (const [wave, name] of ["first", "second"].entries())
      files[`app-${index}/${name}.yaml`] = `apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}, annotations: {argocd.argoproj.io/sync-wave: "${wave}"}}
data: {at: "${at}"}
`;
  return files;
}

export function applicationSet(repoURL: string, applications: number): string {
  return JSON.stringify({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "ApplicationSet",
    metadata: { name: "apps", namespace: "argocd" },
    spec: {
      generators: [{ list: { elements: Array.from({ length: applications }, (_, index) => ({ name: `app-${index}` })) } }],
      template: {
        metadata: { name: "{{name}}" },
        spec: {
          project: "default",
          source: { repoURL, targetRevision: "main", path: "{{name}}" },
          destination: { server: "https://kubernetes.default.svc", namespace: "{{name}}" },
          syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ["CreateNamespace=true"] },
        },
      },
    },
  });
}
