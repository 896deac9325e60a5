import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pinoLogger } from "#src/adapters/log/pino-logger.js";
import { runController } from "#src/apps/controller/run-controller.js";
import { createFleetRepository, type FleetRepository } from "#src/apps/demo/fleet-repository.js";
import { applyAll, prepareHub } from "#src/apps/demo/hub.js";
import { asObject, type KubernetesObject } from "#src/core/manifest/object.js";
import { isObject, listAt, objectAt, stringAt, type Value, type ValueObject } from "#src/core/manifest/value.js";
import { parseYaml } from "#src/core/yaml/parse.js";
import type { ClusterPort } from "#src/ports/cluster.js";
import type { TestCluster } from "./test-cluster.js";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const patienceMs = 60_000;

/** A cluster that is its own hub, with the CRDs, a controller in this process and a git repository that its Applications read. */
export interface Workbench {
  readonly cluster: TestCluster;
  readonly hub: ClusterPort;
  readonly repository: FleetRepository;
  /** Writes and commits; a text of null takes the file away. */
  commit(files: Readonly<Record<string, string | null>>): Promise<string>;
  apply(text: string): Promise<void>;
  get(apiVersion: string, kind: string, name: string, namespace?: string): Promise<KubernetesObject | undefined>;
  application(name: string): Promise<ApplicationView>;
  /** Waits until `holds`; the error of a wait in vain shows how the Application stands. */
  untilApplication(name: string, holds: (app: ApplicationView) => boolean, patienceMs?: number): Promise<ApplicationView>;
  /** `argocd.argoproj.io/refresh`, as a person sets it. */
  refresh(name: string): Promise<void>;
  /** Standard output; throws with standard error. */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<string>;
  stop(): Promise<void>;
}

export interface KubectlOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What of an Application the tests look at. */
export interface ApplicationView {
  readonly object: KubernetesObject | undefined;
  readonly sync: string;
  readonly health: string;
  readonly phase: string;
  readonly message: string;
  readonly conditions: readonly string[];
  readonly revision: string;
  readonly syncedRevision: string;
  readonly results: readonly ValueObject[];
  readonly resources: readonly ValueObject[];
}

export async function startWorkbench(cluster: TestCluster): Promise<Workbench> {
  const directory = await mkdtemp(join(tmpdir(), `fleetwright-bench-${cluster.name}-`));
  const hub = cluster.client;
  await installControlPlane(hub);
  const repository = await createFleetRepository(join(directory, "repository"));
  await repository.commit("Begin", { "README.md": "# e2e\n" });
  const controller = await runController({
    connection: cluster.connection,
    dataDir: join(directory, "data"),
    allowFileRepositories: true,
    waveDelayMs: 0,
    ...(process.env["FLEETWRIGHT_E2E_LOG"] ? { log: pinoLogger({ level: "debug", destination: process.stderr }) } : {}),
  });
  const application = async (name: string): Promise<ApplicationView> => viewOf(await getApplication(hub, name));
  const kubectl: Workbench["kubectl"] = (args, options = {}) => runKubectl(cluster, args, options);
  return {
    cluster,
    hub,
    repository,
    async commit(files) {
      const written: Record<string, string> = {};
      for (const [path, text] of Object.entries(files))
        if (text === null) await rm(join(repository.directory, path));
        else written[path] = text;
      return await repository.commit("Change", written);
    },
    apply: (text) => applyAll(hub, text),
    get: (apiVersion, kind, name, namespace) =>
      hub.get({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }),
    application,
    async untilApplication(name, holds, patience = patienceMs) {
      let view = await application(name);
      await until(
        () => `Application ${name}: ${describeView(view)}`,
        async () => {
          view = await application(name);
          return holds(view);
        },
        patience,
      );
      return view;
    },
    async refresh(name) {
      await kubectl(["annotate", "--overwrite", "-n", "argocd", "application", name, "argocd.argoproj.io/refresh=normal"]);
    },
    kubectl,
    async stop() {
      await controller.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** CRDs, namespace and default project. A real server serves a new kind only a moment after it has accepted its definition. */
export async function installControlPlane(hub: ClusterPort): Promise<void> {
  for (const name of ["applications", "applicationsets", "appprojects"])
    await applyAll(hub, await readFile(join(root, `deploy/crds/${name}.yaml`), "utf8"));
  await until(
    () => "the CRDs are not served",
    async () => (await hub.discover(true)).filter((resource) => resource.group === "argoproj.io").length === 3,
  );
  await prepareHub(hub, join(root, "deploy/crds"), []);
}

export async function getApplication(hub: ClusterPort, name: string): Promise<KubernetesObject | undefined> {
  return await hub.get({ apiVersion: "argoproj.io/v1alpha1", kind: "Application", namespace: "argocd", name });
}

export function viewOf(object: KubernetesObject | undefined): ApplicationView {
  const status = objectAt((object ?? {}) as unknown as ValueObject, "status");
  const operation = objectAt(status, "operationState");
  const result = objectAt(operation, "syncResult");
  return {
    object,
    sync: stringAt(objectAt(status, "sync"), "status"),
    health: stringAt(objectAt(status, "health"), "status"),
    phase: stringAt(operation, "phase"),
    message: stringAt(operation, "message"),
    conditions: objects(status, "conditions").map((each) => `${stringAt(each, "type")}: ${stringAt(each, "message")}`),
    revision: stringAt(objectAt(status, "sync"), "revision"),
    syncedRevision: stringAt(result, "revision"),
    results: objects(result, "resources"),
    resources: objects(status, "resources"),
  };
}

export const isSettled = (app: ApplicationView): boolean =>
  app.sync === "Synced" && app.health === "Healthy" && app.phase !== "Running";

/** Settled at a commit. */
export const isSettledAt =
  (commit: string) =>
  (app: ApplicationView): boolean =>
    isSettled(app) && app.revision === commit;

/** An Application over a folder of the repository, into the namespace of its own name. */
export function applicationText(
  repoURL: string,
  name: string,
  more: { readonly syncPolicy?: string; readonly spec?: string; readonly finalizer?: boolean; readonly namespace?: string } = {},
): string {
  return JSON.stringify({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: {
      name,
      namespace: "argocd",
      ...(more.finalizer === true ? { finalizers: ["resources-finalizer.argocd.argoproj.io"] } : {}),
    },
    spec: {
      project: "default",
      source: { repoURL, targetRevision: "main", path: name },
      destination: { server: "https://kubernetes.default.svc", namespace: more.namespace ?? name },
      syncPolicy: parseYaml(more.syncPolicy ?? automated, { dialect: "kubernetes" }),
      ...(parseYaml(more.spec ?? "{}", { dialect: "kubernetes" }) as ValueObject),
    },
  });
}

export const automated = "{automated: {prune: true, selfHeal: true}, syncOptions: [CreateNamespace=true]}";

export async function until(
  what: () => string,
  holds: () => Promise<boolean>,
  patience = patienceMs,
  everyMs = 100,
): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    if (await holds()) return;
    if (Date.now() > deadline) throw new Error(`waited ${patience / 1000} s in vain. ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** How often a fleet is asked how it stands: the answer is megabytes, which cost server and test as much as the work that they wait for. */
export const fleetPollMs = 1_000;

/** A field of an object by its path. */
export function fieldOf(object: KubernetesObject | undefined, ...path: readonly (string | number)[]): Value | undefined {
  let value: Value | undefined = object as unknown as Value | undefined;
  for (const part of path)
    value =
      typeof part === "number" ? (value as readonly Value[] | undefined)?.[part] : isObject(value) ? value[part] : undefined;
  return value;
}

export function objectsIn(text: string): readonly KubernetesObject[] {
  return listAt(JSON.parse(text) as ValueObject, "items").map(asObject);
}

function objects(value: ValueObject, key: string): readonly ValueObject[] {
  return listAt(value, key).filter(isObject);
}

export function describeView(view: ApplicationView): string {
  return JSON.stringify({ ...view, object: view.object === undefined ? "absent" : "present" }, undefined, 1);
}

/** In a process of its own, while the controller and the simulator of this one go on. */
export async function runKubectl(cluster: TestCluster, args: readonly string[], options: KubectlOptions = {}): Promise<string> {
  const child = spawn("kubectl", ["--kubeconfig", cluster.kubeconfig, ...args], {
    env: { ...process.env, ...options.env },
    timeout: 60_000,
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (errors += chunk));
  child.stdin.end(options.input ?? "");
  const code = await new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${errors}`);
  return output;
}
