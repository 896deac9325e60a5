import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { kubernetesClient } from "#src/adapters/kubernetes/kubernetes-client.js";
import { runController } from "#src/apps/controller/run-controller.js";
import { createFleetRepository } from "#src/apps/demo/fleet-repository.js";
import { applyAll } from "#src/apps/demo/hub.js";
import { objectAt, stringAt, type ValueObject } from "#src/core/manifest/value.js";
import type { ApiResource, ClusterPort } from "#src/ports/cluster.js";

interface Started {
  readonly name: string;
  readonly url: string;
  readonly token: string;
}

const clusterNames = ["one", "two", "three", "four"];
const goalPercent = 5;

/**
 * `npm run bench -- idle [--applications N] [--seconds S] [--settle S]`: CPU time of a controller whose Applications are all Synced while nothing
 * changes, as a share of one core; the clusters run in another process. Without all being Synced there is no figure.
 */
export async function idleBench(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      applications: { type: "string", default: "1000" },
      seconds: { type: "string", default: "60" },
      settle: { type: "string", default: "200" },
    },
  });
  const count = Number(values.applications);
  const seconds = Number(values.seconds);
  const folder = mkdtempSync(join(tmpdir(), "fleetwright-idle-"));
  const child = fork(fileURLToPath(new URL("./idle-clusters.js", import.meta.url)));
  try {
    const clusters = await startClusters(child);
    const [hubAt] = clusters as [Started, ...Started[]];
    const hub = kubernetesClient({ server: hubAt.url, bearerToken: hubAt.token });
    const repository = await createFleetRepository(join(folder, "repository"));
    await repository.commit("Begin", { "app/app.yaml": manifests });
    await prepare(hub, clusters.slice(1), { count, repoURL: repository.url });
    const running = await runController({
      connection: { server: hubAt.url, bearerToken: hubAt.token },
      dataDir: join(folder, "data"),
      allowFileRepositories: true,
      waveDelayMs: 0,
    });
    try {
      if (!(await untilSynced(hub, count))) return 1;
      // Until the roll-out's traces are gone and the periodic looks (two to three minutes apart) are spread as they stay.
      await sleep(Number(values.settle) * 1000);
      const before = await sampleOf(running);
      const cpu = process.cpuUsage();
      const started = performance.now();
      await sleep(seconds * 1000);
      const used = process.cpuUsage(cpu);
      const elapsedMs = performance.now() - started;
      const percent = ((used.user + used.system) / 1000 / elapsedMs) * 100;
      const after = await sampleOf(running);
      process.stdout.write(
        `${count} Applications (${count * 3} resources) on ${clusterNames.length} clusters, nothing changes: ${percent.toFixed(1)} % of one core over ${seconds} s; ${after - before} reconciles (goal: under ${goalPercent} %)\n`,
      );
      return 0;
    } finally {
      await running.stop();
      await hub.close();
    }
  } finally {
    child.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startClusters(child: ChildProcess): Promise<readonly Started[]> {
  child.send(["hub", ...clusterNames]);
  const [clusters] = (await once(child, "message")) as [readonly Started[]];
  return clusters;
}

async function prepare(
  hub: ClusterPort,
  clusters: readonly Started[],
  fleet: { readonly count: number; readonly repoURL: string },
): Promise<void> {
  for (const name of ["applications", "applicationsets", "appprojects"])
    await applyAll(hub, readFileSync(new URL(`../../deploy/crds/${name}.yaml`, import.meta.url), "utf8"));
  await applyAll(hub, "apiVersion: v1\nkind: Namespace\nmetadata: {name: argocd}\n");
  for (const { name, url, token } of clusters)
    await hub.create({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace: "argocd", labels: { "argocd.argoproj.io/secret-type": "cluster" } },
      stringData: { name, server: url, config: JSON.stringify({ bearerToken: token }) },
    });
  const names = Array.from({ length: fleet.count }, (_, index) => index);
  await Promise.all(
    names.map((index) =>
      hub.create({
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Application",
        metadata: { name: `app-${index}`, namespace: "argocd" },
        spec: {
          project: "default",
          source: { repoURL: fleet.repoURL, targetRevision: "main", path: "app" },
          destination: { name: clusters[index % clusters.length]!.name, namespace: `app-${index}` },
          syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ["CreateNamespace=true"] },
        },
      }),
    ),
  );
}

const applications: ApiResource = {
  group: "argoproj.io",
  version: "v1alpha1",
  kind: "Application",
  resource: "applications",
  namespaced: true,
  verbs: ["list"],
};

async function untilSynced(hub: ClusterPort, count: number): Promise<boolean> {
  for (let tries = 0; tries < 300; tries++) {
    const { items } = await hub.list(applications, { namespace: "argocd" });
    const settled = items.filter((item) => {
      const status = objectAt(item as unknown as ValueObject, "status");
      const isSynced = stringAt(objectAt(status, "sync"), "status") === "Synced";
      return isSynced && stringAt(objectAt(status, "health"), "status") === "Healthy";
    }).length;
    if (settled === count) return true;
    if (tries % 10 === 9) process.stdout.write(`${settled} of ${count} are Synced and Healthy\n`);
    await sleep(2_000);
  }
  process.stdout.write("the Applications did not settle: no figure\n");
  return false;
}

/** How many reconciles there have been. */
async function sampleOf(running: { metrics(): Promise<string> }): Promise<number> {
  const lines = (await running.metrics()).split("\n").filter((line) => line.startsWith("argocd_app_reconcile_count"));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const manifests = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: "registry.example.com/web:1", ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {level: info}
`;
