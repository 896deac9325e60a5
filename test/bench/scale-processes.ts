import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { kubeconfigOf } from "#src/simulator/server.js";

const main = fileURLToPath(new URL("../../dist/apps/main.js", import.meta.url));
const clustersProgram = fileURLToPath(new URL("./scale-clusters.js", import.meta.url));

export interface ClusterAddress {
  readonly name: string;
  readonly server: string;
  readonly token: string;
}

/** A process of the bench, and what the kernel tells of it (Linux). */
export interface BenchProcess {
  readonly name: string;
  readonly memory: () => { readonly now: number; readonly peak: number };
  readonly cpuSeconds: () => number;
  /** Sum of all series of a metric. */
  readonly metric: (name: string) => Promise<number>;
  readonly webhook: (repoURL: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** V8's options of the image (`deploy/Dockerfile`). */
const imageOptions = ["--no-memory-reducer"];

export interface ClustersProcess extends BenchProcess {
  /** The longest time since it was last asked that the clusters did not serve, in milliseconds. */
  readonly longestPauseMs: () => Promise<number>;
}

export async function startClusters(
  name: string,
  names: readonly string[],
): Promise<readonly [ClustersProcess, readonly ClusterAddress[]]> {
  const child = spawn(process.execPath, ["--max-old-space-size=16000", clustersProgram, ...names], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const line = await until(child, /^(\[.*\])\n/m);
  const longestPauseMs = async (): Promise<number> => {
    const answer = until(child, /pause (\d+)\n/);
    child.stdin?.write("\n");
    return Number(await answer);
  };
  return [{ ...benchProcess(name, child, ""), longestPauseMs }, JSON.parse(line) as ClusterAddress[]];
}

export async function startController(of: {
  readonly folder: string;
  readonly number: number;
  readonly replicas: number;
  readonly hub: ClusterAddress;
}): Promise<BenchProcess> {
  const name = `fleetwright-${of.number}`;
  const folder = join(of.folder, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "kubeconfig"), kubeconfigOf([{ name: "hub", url: of.hub.server, token: of.hub.token }]));
  const nodeOptions = (process.env["FLEETWRIGHT_BENCH_NODE_OPTIONS"] ?? "").split(" ").filter(Boolean);
  const child = spawn(
    process.execPath,
    [
      ...imageOptions,
      ...nodeOptions,
      main,
      "controller",
      "--kubeconfig",
      join(folder, "kubeconfig"),
      "--data-dir",
      join(folder, "data"),
    ].concat(
      "--port 0 --host 127.0.0.1 --allow-file-repositories --log-level info".split(" "),
      of.replicas > 1 ? ["--lease-seconds", process.env["FLEETWRIGHT_BENCH_LEASE_SECONDS"] ?? "15"] : ["--no-leases"],
    ),
    {
      env: { ...process.env, POD_NAME: name, ARGOCD_CONTROLLER_REPLICAS: String(of.replicas), ARGOCD_SYNC_WAVE_DELAY: "0" },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  const log = createWriteStream(process.env["FLEETWRIGHT_BENCH_LOG"] ?? join(folder, "log"), { flags: "a" });
  child.stderr.pipe(log, { end: false });
  return benchProcess(name, child, await until(child, /"url":"(http[^"]+)"/, "stderr"));
}

function benchProcess(name: string, child: ChildProcess, url: string): BenchProcess {
  const status = (field: string): number => {
    const found = new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${child.pid}/status`, "utf8"));
    return Number(found?.[1] ?? Number.NaN) * 1024;
  };
  return {
    name,
    memory: () => ({ now: status("VmRSS"), peak: status("VmHWM") }),
    cpuSeconds() {
      const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8")
        .replace(/^.*\) /, "")
        .split(" ");
      return (Number(fields[11]) + Number(fields[12])) / 100;
    },
    async metric(metric) {
      const text = await (await fetch(`${url}/metrics`)).text();
      return text
        .split("\n")
        .filter((line) => line.startsWith(`${metric} `) || line.startsWith(`${metric}{`))
        .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
    },
    async webhook(repoURL) {
      const answer = await fetch(`${url}/api/webhook`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-github-event": "push" },
        body: JSON.stringify({ ref: "refs/heads/main", repository: { html_url: repoURL, clone_url: repoURL } }),
      });
      if (!answer.ok) throw new Error(`the webhook was answered with ${answer.status}`);
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 30_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** The first group of a pattern in what a process says. */
async function until(child: ChildProcess, pattern: RegExp, stream: "stdout" | "stderr" = "stdout"): Promise<string> {
  let text = "";
  return await new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`ended with exit code ${code}: ${text.slice(-2_000)}`)));
    child[stream]?.on("data", (chunk) => {
      if (text.length > 1_000_000) return;
      text += chunk;
      const found = pattern.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
}
