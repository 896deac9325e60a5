import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { createFleetRepository, type FleetRepository } from "#src/apps/demo/fleet-repository.js";
import { applyAll } from "#src/apps/demo/hub.js";
import { KillProxy, type Moment } from "./kill-proxy.js";
import type { TestCluster } from "./test-cluster.js";
import {
  applicationText,
  describeView,
  getApplication,
  installControlPlane,
  isSettledAt,
  objectsIn,
  root,
  runKubectl,
  until,
  viewOf,
} from "./workbench.js";

const patienceMs = 90_000;
// Prime to the number of writes: so that the kills meet every write sooner or later, and few kills are spread evenly.
const stride = 7;
const program = join(root, "dist/apps/main.js");

export interface KillReport {
  readonly kills: number;
  readonly syncs: number;
  /** Writes of the clean first and second sync. */
  readonly writes: readonly [number, number];
}

/**
 * Syncs Applications with hooks, waves and a prune, and kills the controller once in each sync: at its first write, its second, … each time
 * before or after the write has worked. A new controller must end each sync with every hook run once and the cluster as git wants it.
 */
export async function playKillRounds(cluster: TestCluster, kills: number): Promise<KillReport> {
  const directory = await mkdtemp(join(tmpdir(), "fleetwright-kill-"));
  const proxy = new KillProxy(cluster.connection.server);
  const url = await proxy.start();
  const controller = new KillableController(directory, url, cluster.connection.bearerToken ?? "");
  try {
    await installControlPlane(cluster.client);
    const repository = await createFleetRepository(join(directory, "repository"));
    await controller.start();
    const stage: Stage = { cluster, proxy, controller, repository };
    const clean: [number, number] = [0, 0];
    await syncTwice(stage, "clean", (sync, writes) => (clean[sync] = writes));
    let done = 0;
    let syncs = 0;
    for (let app = 0; done < kills; app++) {
      await syncTwice(stage, `round-${app}`, undefined, (sync) => {
        syncs++;
        if (done >= kills) return undefined;
        const turn = (Math.floor(app / 2) + sync) * stride;
        return { at: 1 + (turn % clean[sync]!), moment: app % 2 === 0 ? "before" : "after", noted: () => done++ };
      });
    }
    const all = objectsIn(await runKubectl(cluster, ["get", "applications", "-n", "argocd", "-o", "json"]));
    expect(all.map((object) => viewOf(object)).filter((view) => view.phase !== "Succeeded" || view.sync !== "Synced")).toEqual(
      [],
    );
    return { kills: controller.kills, syncs, writes: clean };
  } finally {
    await controller.stop();
    await proxy.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

interface Stage {
  readonly cluster: TestCluster;
  readonly proxy: KillProxy;
  readonly controller: KillableController;
  readonly repository: FleetRepository;
}

interface Trap {
  readonly at: number;
  readonly moment: Moment;
  readonly noted: () => void;
}

/** First everything is made, then a resource is changed and one pruned; both syncs run all hooks. */
async function syncTwice(
  stage: Stage,
  name: string,
  measured?: (sync: 0 | 1, writes: number) => void,
  trapOf?: (sync: 0 | 1) => Trap | undefined,
): Promise<void> {
  for (const sync of [0, 1] as const) {
    const trap = trapOf?.(sync);
    const from = stage.proxy.writes.length;
    const commit = await stage.repository.commit(`${name} ${sync}`, filesOf(name, sync));
    if (sync === 1) await rm(join(stage.repository.directory, name, "gone.yaml"));
    const wanted = sync === 1 ? await stage.repository.commit(`${name} prune`, {}) : commit;
    if (trap) {
      stage.proxy.arm(trap.at, trap.moment, () => {
        trap.noted();
        stage.controller.killAndRestart();
      });
    } else stage.proxy.disarm();
    if (sync === 0) await applyAll(stage.cluster.client, applicationText(stage.repository.url, name));
    else
      await runKubectl(stage.cluster, [
        "annotate",
        "--overwrite",
        "-n",
        "argocd",
        "application",
        name,
        "argocd.argoproj.io/refresh=normal",
      ]);
    const where = `${name}, sync ${sync}${trap ? `, killed ${trap.moment} write ${trap.at}` : ""}`;
    let view = viewOf(undefined);
    await until(
      () => `${where}: ${describeView(view)} ${stage.controller.log}`,
      async () => {
        view = viewOf(await getApplication(stage.cluster.client, name));
        return isSettledAt(wanted)(view) && view.phase === "Succeeded" && view.syncedRevision === wanted;
      },
      patienceMs,
    );
    measured?.(sync, stage.proxy.seen);
    stage.proxy.disarm();
    const made = stage.proxy.writes.slice(from).filter((write) => write.method === "POST" && write.status === 201);
    const hooks = made.filter((write) => write.path === `/apis/batch/v1/namespaces/${name}/jobs`).map((write) => write.name);
    expect(hooks.sort(), `hooks made: ${where}`).toEqual(["main", "post", "pre"]);
    const maps = objectsIn(await runKubectl(stage.cluster, ["get", "configmaps", "-n", name, "-o", "json"]))
      .filter((object) => object.metadata.name !== "kube-root-ca.crt")
      .map((object) => `${object.metadata.name}=${(object["data"] as Record<string, string>)["at"]}`);
    expect(maps.sort(), where).toEqual(sync === 0 ? ["a=0", "b=0", "gone=0"] : ["a=1", "b=1"]);
  }
}

function filesOf(name: string, sync: 0 | 1): Record<string, string> {
  const map = (of: string, wave: number): string => `apiVersion: v1
kind: ConfigMap
metadata: {name: ${of}, annotations: {argocd.argoproj.io/sync-wave: "${wave}"}}
data: {at: "${sync}"}
`;
  const hook = (of: string, phase: string, policy: string, wave = 0): string => `apiVersion: batch/v1
kind: Job
metadata:
  name: ${of}
  annotations:
    argocd.argoproj.io/hook: ${phase}
    argocd.argoproj.io/hook-delete-policy: ${policy}
    argocd.argoproj.io/sync-wave: "${wave}"
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main, image: "registry.example.com/tool:1"}]
`;
  return {
    [`${name}/pre.yaml`]: hook("pre", "PreSync", "BeforeHookCreation", -10),
    [`${name}/a.yaml`]: map("a", 0),
    ...(sync === 0 ? { [`${name}/gone.yaml`]: map("gone", 0) } : {}),
    [`${name}/main.yaml`]: hook("main", "Sync", "HookSucceeded", 1),
    [`${name}/b.yaml`]: map("b", 2),
    [`${name}/post.yaml`]: hook("post", "PostSync", "BeforeHookCreation"),
  };
}

/** `fleetwright controller` in a process of its own. */
class KillableController {
  kills = 0;
  log = "";
  private child: ChildProcess | undefined;

  constructor(
    private readonly directory: string,
    private readonly server: string,
    private readonly token: string,
  ) {}

  async start(): Promise<void> {
    const config = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "kill",
      clusters: [{ name: "kill", cluster: { server: this.server } }],
      users: [{ name: "kill", user: { token: this.token } }],
      contexts: [{ name: "kill", context: { cluster: "kill", user: "kill" } }],
    };
    await writeFile(join(this.directory, "kubeconfig"), JSON.stringify(config), { mode: 0o600 });
    this.launch();
  }

  killAndRestart(): void {
    this.kills++;
    this.child?.once("exit", () => this.launch());
    this.child?.kill("SIGKILL");
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null) return;
    child.removeAllListeners("exit");
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  private launch(): void {
    const args = ["controller", "--kubeconfig", join(this.directory, "kubeconfig"), "--data-dir", join(this.directory, "data")];
    this.log = "";
    const child = spawn(process.execPath, [program, ...args, "--port", "0", "--allow-file-repositories", "--log-level", "warn"], {
      env: { ...process.env, ARGOCD_SYNC_WAVE_DELAY: "0", POD_NAME: "kill-0" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const note = (chunk: Buffer): void => void (this.log = `${this.log}${chunk}`.slice(-4000));
    child.stdout?.on("data", note);
    child.stderr?.on("data", note);
    this.child = child;
  }
}
