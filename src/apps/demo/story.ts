import { ExternalError } from "../../core/errors.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";
import type { ClusterPort } from "../../ports/cluster.js";
import type { ApplicationsView } from "../server/applications-view.js";
import { describeUnsettled, isSettled, stateOf } from "./application-state.js";
import { serviceFiles } from "./fleet/files.js";
import { type FleetShape, fleetClusters, fleetServices, type Service, serviceAt } from "./fleet/shape.js";
import type { FleetRepository } from "./fleet-repository.js";
import { registerCluster, requestSync, type WorkloadCluster } from "./hub.js";

/** What a step of the story may use. */
export interface Stagehands {
  readonly shape: FleetShape;
  readonly hub: ClusterPort;
  readonly view: ApplicationsView;
  readonly repository: FleetRepository;
  /** Client of a workload cluster by name. */
  readonly cluster: (name: string) => ClusterPort;
  /** Starts one more simulated cluster. */
  readonly addCluster: (name: string) => Promise<{ readonly server: string; readonly token: string }>;
  /** Tells the controller of a push, as GitHub's webhook would. */
  readonly push: (commit: string) => Promise<void>;
  /** Renders done so far. */
  readonly renders: () => Promise<number>;
  /** The text of `/metrics`. */
  readonly metrics: () => Promise<string>;
  readonly now: () => number;
  readonly timeoutMs: number;
}

export interface Told {
  readonly what: string;
  readonly ms: number;
}

export type Step = (hands: Stagehands) => Promise<Told>;

/** The story, in order. Each step asserts what it tells and throws when it does not hold. */
export const story: readonly Step[] = [
  newServiceAppears,
  newClusterReceivesItsOwn,
  overlayCommitIsLive,
  baseCommitReachesItsUsers,
  unrelatedCommitCostsNothing,
  handScaledIsHealed,
  handScaledProductionIsReported,
];

async function newServiceAppears(hands: Stagehands): Promise<Told> {
  const service = serviceAt(hands.shape.services);
  const started = hands.now();
  const before = hands.view.all.size;
  await hands.push(await hands.repository.commit(`Add service ${service.name}`, serviceFiles(service, hands.shape)));
  const expected = fleetClusters(hands.shape).map((cluster) => `argocd/${service.name}-${cluster.name}`);
  await settle(hands, `the Applications of ${service.name}`, expected);
  const ms = hands.now() - started;
  expect(
    hands.view.all.size === before + expected.length,
    `exactly ${expected.length} Applications appear, not ${hands.view.all.size - before}`,
  );
  return {
    what: `service ${service.name} was committed: its ${expected.length} Applications appeared and are Synced and Healthy`,
    ms,
  };
}

async function newClusterReceivesItsOwn(hands: Stagehands): Promise<Told> {
  const [like] = fleetClusters(hands.shape);
  const name = `${like!.name}-b`;
  const started = hands.now();
  const before = hands.view.all.size;
  const { server, token } = await hands.addCluster(name);
  const cluster: WorkloadCluster = { name, env: like!.env, region: like!.region, server, token };
  await registerCluster(hands.hub, cluster);
  const services = [...fleetServices(hands.shape), serviceAt(hands.shape.services)];
  const expected = [
    ...services.map((service) => `argocd/${service.name}-${name}`),
    `argocd/node-agent-${name}`,
    `argocd/edge-${name}-standard`,
  ];
  await settle(hands, `the Applications of cluster ${name}`, expected);
  expect(
    hands.view.all.size === before + expected.length,
    `exactly ${expected.length} Applications appear, not ${hands.view.all.size - before}`,
  );
  return { what: `cluster ${name} was registered: it received its ${expected.length} Applications`, ms: hands.now() - started };
}

async function overlayCommitIsLive(hands: Stagehands): Promise<Told> {
  const target = deploymentOf(hands, fleetClusters(hands.shape)[0]!.env);
  const [cluster] = fleetClusters(hands.shape);
  const path = `apps/${target.name}/overlays/${cluster!.env}-${cluster!.region}/kustomization.yaml`;
  const text = serviceFiles(fleetServices(hands.shape)[1] ?? serviceAt(0), hands.shape)[path] ?? "";
  const commit = await hands.repository.commit(`Announce a maintenance of ${target.application}`, {
    [path]: `${text}commonAnnotations:\n  example.com/maintenance: planned\n`,
  });
  const started = hands.now();
  await hands.push(commit);
  await poll(hands, `${target.application} carries the annotation`, async () => {
    const found = await target.client.get({
      apiVersion: "apps/v1",
      kind: "Deployment",
      namespace: target.namespace,
      name: target.name,
    });
    return found?.metadata.annotations?.["example.com/maintenance"] === "planned";
  });
  const ms = hands.now() - started;
  const users = [...hands.view.all.values()].filter((application) => path.startsWith(`${pathOf(application)}/`)).map(keyOf);
  await settle(hands, `the users of ${path}`, users, commit);
  return { what: `one overlay changed: ${target.application} was live with it after the push`, ms };
}

async function baseCommitReachesItsUsers(hands: Stagehands): Promise<Told> {
  const service = serviceAt(0);
  const users = applicationsOf(hands.view, service);
  const renders = await hands.renders();
  const started = hands.now();
  const commit = await hands.repository.commit(`Raise the cache time of ${service.name}`, {
    [`apps/${service.name}/base/config/app.properties`]: `server.port=${service.port}\nserver.shutdown=graceful\ncache.ttl=120s\n`,
  });
  await hands.push(commit);
  const automated = users.filter((application) => stateOf(application).isAutomated).map(keyOf);
  await settle(hands, `the users of the base of ${service.name}`, automated, commit);
  const ms = hands.now() - started;
  await settle(hands, `production of ${service.name}`, users.map(keyOf), commit);
  const reached = [...hands.view.all.values()].filter((application) => stateOf(application).syncedRevision === commit).map(keyOf);
  expect(
    sameSet(reached, users.map(keyOf)),
    `the commit reaches the ${users.length} users of the base, not ${reached.length} Applications`,
  );
  const rendered = (await hands.renders()) - renders;
  const overlays = new Set(users.map(pathOf)).size;
  expect(rendered === overlays, `${overlays} overlays are rendered, not ${rendered}`);
  return { what: `one base changed: exactly its ${users.length} Applications were synced, by ${overlays} renders`, ms };
}

async function unrelatedCommitCostsNothing(hands: Stagehands): Promise<Told> {
  const renders = await hands.renders();
  const started = hands.now();
  const commit = await hands.repository.commit("Describe the fleet", {
    "README.md": "# A platform team's fleet\n\nNow with a description.\n",
  });
  await hands.push(commit);
  await hands.view.until(
    "every Application has seen the commit",
    (all) => [...all.values()].every((application) => stateOf(application).revision === commit),
    {
      timeoutMs: hands.timeoutMs,
    },
  );
  const rendered = (await hands.renders()) - renders;
  expect(rendered === 0, `no render, not ${rendered}`);
  return { what: "a commit that no Application reads: seen by all, rendered by none", ms: hands.now() - started };
}

async function handScaledIsHealed(hands: Stagehands): Promise<Told> {
  const target = deploymentOf(hands, "dev");
  const wanted = await replicasOf(target);
  const started = hands.now();
  await scale(target, wanted + 4);
  await poll(hands, `${target.application} is put right`, async () => (await replicasOf(target)) === wanted);
  return { what: `${target.application} was scaled by hand to ${wanted + 4}: put right to ${wanted}`, ms: hands.now() - started };
}

async function handScaledProductionIsReported(hands: Stagehands): Promise<Told> {
  const env = fleetClusters(hands.shape).some((cluster) => cluster.env === "prod") ? "prod" : undefined;
  if (env === undefined) return { what: "no production environment in a fleet of this size: drift detection not shown", ms: 0 };
  const target = deploymentOf(hands, env);
  const wanted = await replicasOf(target);
  const started = hands.now();
  await scale(target, wanted + 4);
  const key = `argocd/${target.application}`;
  await hands.view.until(`${target.application} is OutOfSync`, (all) => stateOf(all.get(key)!).sync === "OutOfSync", {
    timeoutMs: hands.timeoutMs,
  });
  const ms = hands.now() - started;
  await poll(hands, "the metric tells of the drift", async () => {
    const lines = (await hands.metrics()).split("\n").filter((line) => line.includes(`name="${target.application}"`));
    return (
      lines.some((line) => line.startsWith("argocd_app_info") && line.includes(`sync_status="OutOfSync"`)) &&
      lines.some((line) => line.startsWith("fleetwright_drift_age_seconds"))
    );
  });
  expect((await replicasOf(target)) === wanted + 4, "production is left as the person scaled it");
  return {
    what: `${target.application} (production) was scaled by hand to ${wanted + 4}: reported OutOfSync with metric and age, left alone`,
    ms,
  };
}

/** Waits until each named Application is Synced and Healthy (at `commit`); production ones are asked to sync, as a person would. */
async function settle(hands: Stagehands, awaited: string, keys: readonly string[], commit?: string): Promise<void> {
  const asked = new Set<string>();
  const isDone = (all: ReadonlyMap<string, KubernetesObject>): boolean =>
    keys.every((key) => {
      const application = all.get(key);
      if (!application) return false;
      const state = stateOf(application);
      const isCurrent = commit === undefined || (state.revision === commit && state.syncedRevision === commit);
      const isWaiting =
        state.sync === "OutOfSync" &&
        !state.isAutomated &&
        state.operation !== "Running" &&
        (commit === undefined || state.revision === commit);
      if (isWaiting && !asked.has(key)) {
        asked.add(key);
        void requestSync(hands.hub, application, "release-manager");
      }
      return isCurrent && isSettled(application);
    });
  try {
    await hands.view.until(awaited, isDone, { timeoutMs: hands.timeoutMs });
  } catch (error) {
    const unsettled = keys.flatMap((key) => hands.view.all.get(key) ?? []);
    throw new ExternalError(`${(error as Error).message}\n${describeUnsettled(unsettled)}`, {
      code: "DEMO_EXPECTATION",
      cause: error,
    });
  }
}

interface ScaledDeployment {
  readonly application: string;
  readonly client: ClusterPort;
  readonly namespace: string;
  readonly name: string;
}

function deploymentOf(hands: Stagehands, env: string): ScaledDeployment {
  const cluster = fleetClusters(hands.shape).find((candidate) => candidate.env === env)!;
  const service = fleetServices(hands.shape)[1] ?? serviceAt(0);
  return {
    application: `${service.name}-${cluster.name}`,
    client: hands.cluster(cluster.name),
    namespace: service.namespace,
    name: service.name,
  };
}

async function replicasOf(target: ScaledDeployment): Promise<number> {
  const found = await target.client.get({
    apiVersion: "apps/v1",
    kind: "Deployment",
    namespace: target.namespace,
    name: target.name,
  });
  return Number(objectAt(found as unknown as ValueObject, "spec")["replicas"]);
}

/** What `kubectl scale` sends. */
async function scale(target: ScaledDeployment, replicas: number): Promise<void> {
  const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace: target.namespace, name: target.name };
  await target.client.patch(ref, { spec: { replicas } }, { type: "merge", subresource: "scale", fieldManager: "kubectl" });
}

async function poll(hands: Stagehands, awaited: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = hands.now() + hands.timeoutMs;
  while (!(await holds())) {
    expect(hands.now() < deadline, `${awaited} within ${hands.timeoutMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function applicationsOf(view: ApplicationsView, service: Service): readonly KubernetesObject[] {
  return [...view.all.values()].filter((application) => application.metadata.labels?.["service"] === service.name);
}

function keyOf(application: KubernetesObject): string {
  return `${application.metadata.namespace}/${application.metadata.name}`;
}

/** The folder that its source names. */
function pathOf(application: KubernetesObject): string {
  return stringAt(objectAt(objectAt(application as unknown as ValueObject, "spec"), "source"), "path");
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key) => b.includes(key));
}

function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw new ExternalError(`the story does not hold: ${what}`, { code: "DEMO_EXPECTATION" });
}
