import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClusterConnection } from "#src/ports/cluster.js";
import { root } from "./workbench.js";

const program = join(root, "dist/apps/main.js");

/** `fleetwright controller` in a process of its own: a pod of a StatefulSet. */
export class ControllerProcess {
  log = "";
  exitCode: number | null = null;
  hasEnded = false;
  private child: ChildProcess | undefined;
  private ended: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: {
      /** `fleet-0` */
      readonly name: string;
      readonly directory: string;
      readonly connection: ClusterConnection;
      readonly env?: Readonly<Record<string, string>>;
      readonly args?: readonly string[];
    },
  ) {}

  get name(): string {
    return this.options.name;
  }

  /** Where its HTTP server listens; undefined until it says so. */
  get url(): string | undefined {
    return /"url":"(http[^"]+)"/.exec(this.log)?.[1];
  }

  async start(): Promise<void> {
    const { name, connection, env, args = [] } = this.options;
    const directory = join(this.options.directory, name);
    await mkdir(directory, { recursive: true });
    const config = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "hub",
      clusters: [
        {
          name: "hub",
          cluster: { server: connection.server, ...(connection.insecure ? { "insecure-skip-tls-verify": true } : {}) },
        },
      ],
      users: [{ name: "hub", user: { token: connection.bearerToken ?? "" } }],
      contexts: [{ name: "hub", context: { cluster: "hub", user: "hub" } }],
    };
    const kubeconfig = join(directory, "kubeconfig");
    await writeFile(kubeconfig, JSON.stringify(config), { mode: 0o600 });
    const child = spawn(
      process.execPath,
      [program, "controller", "--kubeconfig", kubeconfig, "--data-dir", join(directory, "data"), "--port", "0"].concat(
        ["--host", "127.0.0.1", "--allow-file-repositories", "--log-level", "info"],
        args,
      ),
      { env: { ...process.env, POD_NAME: name, ...env }, stdio: ["ignore", "pipe", "pipe"] },
    );
    const note = (chunk: Buffer): void => {
      // The first lines tell the address, the last ones what went wrong.
      this.log =
        this.log.length > 40_000 ? `${this.log.slice(0, 5_000)}\n…\n${this.log.slice(-20_000)}${chunk}` : `${this.log}${chunk}`;
    };
    child.stdout?.on("data", note);
    child.stderr?.on("data", note);
    this.ended = new Promise((resolve) =>
      child.once("exit", (code) => {
        this.exitCode = code;
        this.hasEnded = true;
        resolve();
      }),
    );
    this.child = child;
  }

  signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT" | "SIGTERM"): void {
    this.child?.kill(name);
  }

  async untilEnded(): Promise<void> {
    await this.ended;
  }

  async stop(): Promise<void> {
    if (this.child === undefined || this.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill("SIGKILL");
    await this.ended;
  }
}
