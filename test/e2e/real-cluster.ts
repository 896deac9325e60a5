import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request } from "undici";

/** A real etcd, kube-apiserver and, when asked for, kube-controller-manager, for one test file. */
export interface RealCluster {
  readonly name: string;
  readonly url: string;
  readonly token: string;
  /** Path of a kubeconfig with the one context `name`. */
  readonly kubeconfig: string;
  /** JSON lines of every write, as the API server's audit log has them. */
  readonly auditLog: string;
  stop(): Promise<void>;
}

export interface RealClusterOptions {
  readonly name: string;
  /** Folder with the three programs, as `kubernetes-assets.mjs` finds it. */
  readonly assets: string;
  /** Without it nothing is garbage collected and no Deployment makes pods. */
  readonly controllerManager: boolean;
}

const token = "fleetwright-e2e-admin";
const readyTimeoutMs = 60_000;

const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: None
    verbs: [get, list, watch]
  - level: Metadata
`;

export async function startRealCluster(options: RealClusterOptions): Promise<RealCluster> {
  const directory = await mkdtemp(join(tmpdir(), `fleetwright-${options.name}-`));
  const running: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(running.map(stopProcess));
    await rm(directory, { recursive: true, force: true });
  };
  const start = (program: string, args: readonly string[]): void => {
    const child = spawn(join(options.assets, program), args, { stdio: ["ignore", "pipe", "pipe"] });
    const log = createWriteStream(join(directory, `${program}.log`));
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    running.push(child);
  };
  try {
    const [etcdPort, peerPort, apiPort, managerPort] = await freePorts(4);
    const { privateKey, publicKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    const url = `https://127.0.0.1:${apiPort}`;
    const path = (name: string): string => join(directory, name);
    await mkdir(path("certificates"));
    await writeFile(path("sa.key"), privateKey, { mode: 0o600 });
    await writeFile(path("sa.pub"), publicKey);
    await writeFile(path("tokens.csv"), `${token},admin,admin-uid,"system:masters"\n`, { mode: 0o600 });
    await writeFile(path("audit-policy.yaml"), auditPolicy);
    await writeFile(path("kubeconfig"), kubeconfigOf(options.name, url), { mode: 0o600 });
    start("etcd", [
      `--data-dir=${path("etcd")}`,
      `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
      `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-cluster=default=http://127.0.0.1:${peerPort}`,
      "--unsafe-no-fsync",
    ]);
    start("kube-apiserver", [
      `--etcd-servers=http://127.0.0.1:${etcdPort}`,
      `--secure-port=${apiPort}`,
      "--bind-address=127.0.0.1",
      `--cert-dir=${path("certificates")}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-signing-key-file=${path("sa.key")}`,
      `--service-account-key-file=${path("sa.pub")}`,
      `--token-auth-file=${path("tokens.csv")}`,
      "--authorization-mode=RBAC",
      "--service-cluster-ip-range=10.96.0.0/16",
      `--audit-policy-file=${path("audit-policy.yaml")}`,
      `--audit-log-path=${path("audit.log")}`,
      ...(options.controllerManager ? [] : ["--disable-admission-plugins=ServiceAccount"]),
    ]);
    await untilReady(url, running);
    if (options.controllerManager) {
      start("kube-controller-manager", [
        `--kubeconfig=${path("kubeconfig")}`,
        "--authentication-skip-lookup",
        "--authorization-always-allow-paths=/*",
        "--bind-address=127.0.0.1",
        `--secure-port=${managerPort}`,
        `--cert-dir=${path("certificates")}`,
        `--service-account-private-key-file=${path("sa.key")}`,
        "--leader-elect=false",
      ]);
    }
    return { name: options.name, url, token, kubeconfig: path("kubeconfig"), auditLog: path("audit.log"), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function kubeconfigOf(name: string, url: string): string {
  return `apiVersion: v1
kind: Config
current-context: ${name}
clusters:
  - name: ${name}
    cluster: {server: "${url}", insecure-skip-tls-verify: true}
users:
  - name: ${name}
    user: {token: ${token}}
contexts:
  - name: ${name}
    context: {cluster: ${name}, user: ${name}}
`;
}

async function untilReady(url: string, running: readonly ChildProcess[]): Promise<void> {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const deadline = Date.now() + readyTimeoutMs;
  while (Date.now() < deadline) {
    const dead = running.find((child) => child.exitCode !== null);
    if (dead) throw new Error(`${dead.spawnfile} ended with exit code ${dead.exitCode}`);
    const answer = await request(`${url}/readyz`, { dispatcher, headers: { authorization: `Bearer ${token}` } }).catch(
      () => undefined,
    );
    await answer?.body.dump();
    if (answer?.statusCode === 200) {
      await dispatcher.close();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the API server at ${url} was not ready within ${readyTimeoutMs / 1000} s`);
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  // What it holds goes with it: there is nothing to end gracefully.
  child.kill("SIGKILL");
  await ended;
}

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
