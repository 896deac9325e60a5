import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { kubernetesClient } from "#src/adapters/kubernetes/kubernetes-client.js";
import { type ControllerSetup, type RunningController, runController } from "#src/apps/controller/run-controller.js";
import type { KubernetesObject } from "#src/core/manifest/object.js";
import { asObject } from "#src/core/manifest/object.js";
import { objectAt, stringAt, type ValueObject } from "#src/core/manifest/value.js";
import { parseYamlDocuments } from "#src/core/yaml/parse.js";
import type { ClusterPort, ObjectRef } from "#src/ports/cluster.js";
import { type Simulator, startSimulator } from "#src/simulator/server.js";

/** A hub, workload clusters and a git repository, all real, and a controller that can be started, stopped and killed. */
export interface Fleet {
  readonly repoURL: string;
  readonly hub: ClusterPort;
  readonly simulators: ReadonlyMap<string, Simulator>;
  cluster(name: string): ClusterPort;
  commit(files: Readonly<Record<string, string | null>>): string;
  apply(yaml: string): Promise<void>;
  start(more?: Partial<ControllerSetup>): Promise<RunningController>;
  /** Ends the controller without letting it finish anything. */
  stop(): Promise<void>;
  app(name: string): Promise<ValueObject | undefined>;
  /** Waits until `holds` is true of the Application; throws with its state after ten seconds. */
  until(name: string, holds: (app: ValueObject) => boolean): Promise<ValueObject>;
  close(): Promise<void>;
}

const identity = {
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.com",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.com",
};

/** Starts a fleet with these clusters; every one is registered. `speed` is simulated seconds a second. */
export async function startFleet(options: {
  readonly clusters: readonly string[];
  readonly speed?: number;
  readonly files: Readonly<Record<string, string>>;
  /** Called with every request to a cluster. */
  readonly onRequest?: (cluster: string, method: string, url: string) => void;
}): Promise<Fleet> {
  const directory = mkdtempSync(join(tmpdir(), "fleet-test-"));
  const work = join(directory, "repo");
  mkdirSync(work);
  const git = (...args: string[]): string =>
    execFileSync("git", ["-C", work, ...args], { encoding: "utf8", env: { ...process.env, ...identity } }).trim();
  git("init", "-q", "-b", "main");
  const commit: Fleet["commit"] = (files) => {
    for (const [path, text] of Object.entries(files)) {
      if (text === null) rmSync(join(work, path), { recursive: true });
      else {
        mkdirSync(dirname(join(work, path)), { recursive: true });
        writeFileSync(join(work, path), text);
      }
    }
    git("add", "-A");
    git("commit", "-qm", "change");
    return git("rev-parse", "HEAD");
  };
  commit(options.files);
  const simulators = new Map<string, Simulator>();
  for (const name of ["hub", ...options.clusters])
    simulators.set(
      name,
      await startSimulator({
        name,
        speed: options.speed ?? 100,
        pods: false,
        onRequest: (method, url) => options.onRequest?.(name, method, url),
      }),
    );
  const clients = new Map(
    [...simulators].map(([name, { url, token }]) => [name, kubernetesClient({ server: url, bearerToken: token })]),
  );
  const hub = clients.get("hub")!;
  const repoURL = `file://${work}`;
  const apply: Fleet["apply"] = async (yaml) => {
    const text = yaml
      .replaceAll("$REPO", repoURL)
      .replaceAll(/\$SERVER\(([a-z0-9-]+)\)/g, (_, name: string) => simulators.get(name)?.url ?? "https://nowhere.invalid");
    for (const document of parseYamlDocuments(text, { dialect: "kubernetes" }))
      await hub.apply(asObject(document), { fieldManager: "test", force: true });
  };
  for (const crd of ["applications", "applicationsets", "appprojects"])
    await apply(readFileSync(new URL(`../../deploy/crds/${crd}.yaml`, import.meta.url), "utf8"));
  await apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: argocd}\n");
  for (const name of options.clusters) {
    const { url, token } = simulators.get(name)!;
    await hub.create(clusterSecret(name, url, `{"bearerToken":"${token}"}`));
  }
  let running: RunningController | undefined;
  const app: Fleet["app"] = async (name) => (await hub.get(appRef(name))) as unknown as ValueObject | undefined;
  return {
    repoURL,
    hub,
    simulators,
    cluster: (name) => clients.get(name)!,
    commit,
    apply,
    async start(more = {}) {
      running = await runController({
        connection: { server: simulators.get("hub")!.url, bearerToken: simulators.get("hub")!.token },
        dataDir: join(directory, "data"),
        allowFileRepositories: true,
        waveDelayMs: 0,
        ...more,
      });
      return running;
    },
    async stop() {
      await running?.stop();
      running = undefined;
    },
    app,
    async until(name, holds) {
      let last: ValueObject | undefined;
      for (let tries = 0; tries < 400; tries++) {
        last = await app(name);
        if (last !== undefined && holds(last)) return last;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      throw new Error(`${name}: not in time; status ${JSON.stringify(last?.["status"], null, 1)}`);
    },
    async close() {
      await running?.stop();
      for (const client of clients.values()) await client.close();
      for (const simulator of simulators.values()) await simulator.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function clusterSecret(name: string, server: string, config: string): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: "argocd", labels: { "argocd.argoproj.io/secret-type": "cluster", env: "dev" } },
    stringData: { name, server, config },
  };
}

export function appRef(name: string): ObjectRef {
  return { apiVersion: "argoproj.io/v1alpha1", kind: "Application", namespace: "argocd", name };
}

/** An Application of one directory on one cluster; `more` is YAML under spec. */
export function application(
  name: string,
  options: {
    readonly cluster: string;
    readonly path?: string;
    readonly more?: string;
    readonly finalizer?: boolean;
    readonly automated?: boolean;
  },
): string {
  const automated = options.automated === false ? "" : "    automated: {prune: true, selfHeal: true}\n";
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  namespace: argocd
${options.finalizer === true ? "  finalizers: [resources-finalizer.argocd.argoproj.io]\n" : ""}spec:
  project: default
  source: {repoURL: $REPO, targetRevision: main, path: ${options.path ?? name}}
  destination: {name: ${options.cluster}, namespace: ${name}}
${options.more ?? ""}  syncPolicy:
${automated}    syncOptions: [CreateNamespace=true]
`;
}

export const syncOf = (app: ValueObject): string => stringAt(objectAt(objectAt(app, "status"), "sync"), "status");
export const healthOf = (app: ValueObject): string => stringAt(objectAt(objectAt(app, "status"), "health"), "status");
export const phaseOf = (app: ValueObject): string => stringAt(objectAt(objectAt(app, "status"), "operationState"), "phase");
export const isSettled = (app: ValueObject): boolean =>
  syncOf(app) === "Synced" && healthOf(app) === "Healthy" && phaseOf(app) === "Succeeded";
export const conditionsOf = (app: ValueObject): readonly ValueObject[] =>
  (objectAt(app, "status")["conditions"] ?? []) as readonly ValueObject[];
