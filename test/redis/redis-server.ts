import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { type AddressInfo, createServer, Socket } from "node:net";

/** Why tests against a real Redis are skipped; undefined when they are not. */
export function missingRedis(): string | undefined {
  return spawnSync("redis-server", ["--version"]).status === 0 ? undefined : "redis-server is not on the PATH";
}

/** A real redis-server that keeps nothing on disk. */
export class RedisServer {
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly more: readonly string[],
  ) {}

  /** `more`: further arguments of redis-server, such as `--requirepass` and its value. */
  static async start(more: readonly string[] = []): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), more);
    await server.run();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async run(): Promise<void> {
    const args = ["--port", String(this.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", ...this.more];
    this.child = spawn("redis-server", args, { stdio: "ignore" });
    for (let tries = 0; tries < 200; tries++) {
      if (/^(\+PONG|-NOAUTH)/.test(await this.command("PING").catch(() => ""))) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error("redis-server did not start");
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  pause(): void {
    this.child?.kill("SIGSTOP");
  }

  resume(): void {
    this.child?.kill("SIGCONT");
  }

  /** One command on a connection of its own, as somebody else would send it; the raw answer. */
  async command(...parts: readonly (string | Uint8Array)[]): Promise<string> {
    const socket = new Socket();
    try {
      return await new Promise<string>((resolve, reject) => {
        socket.once("error", reject);
        socket.once("data", (data) => resolve(data.toString("latin1")));
        socket.connect(this.port, "127.0.0.1", () => {
          socket.write(`*${parts.length}\r\n`);
          for (const part of parts) {
            const bytes = Buffer.from(part);
            socket.write(Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n")]));
          }
        });
      });
    } finally {
      socket.destroy();
    }
  }

  /** Names of all entries. */
  async keys(): Promise<readonly string[]> {
    return [...(await this.command("KEYS", "*")).matchAll(/fleetwright:[^\r]+/g)].map(([name]) => name);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
