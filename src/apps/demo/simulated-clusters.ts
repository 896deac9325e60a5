import { Worker } from "node:worker_threads";
import { InvariantError } from "../../core/errors.js";
import { threadModule } from "../../platform/thread.js";
import type { WorkerAnswer, WorkerRequest } from "./cluster-worker.js";

export interface SimulatedCluster {
  readonly name: string;
  readonly server: string;
  readonly token: string;
}

type Request = WorkerRequest extends infer Each ? (Each extends { readonly id: number } ? Omit<Each, "id"> : never) : never;

/** Simulated API servers in a worker thread. */
export class SimulatedClusters {
  readonly #worker = new Worker(threadModule("./cluster-worker.js", import.meta.url));
  readonly #waiting = new Map<number, { resolve: (answer: WorkerAnswer) => void; reject: (error: Error) => void }>();
  #nextId = 1;

  constructor() {
    this.#worker.on("message", (answer: WorkerAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (answer.error === undefined) waiting?.resolve(answer);
      else waiting?.reject(new InvariantError(`the simulated cluster failed: ${answer.error}`));
    });
    this.#worker.on("error", (error: Error) => {
      for (const { reject } of this.#waiting.values()) reject(error);
    });
  }

  /** Starts one; `port` 0 takes a free one. `speed` is simulated seconds a second. */
  async start(options: { readonly name: string; readonly port: number; readonly speed: number }): Promise<SimulatedCluster> {
    const { server, token } = await this.#ask({ kind: "start", ...options });
    return { name: options.name, server: server!, token: token! };
  }

  async stop(): Promise<void> {
    await this.#ask({ kind: "stop" });
    await this.#worker.terminate();
  }

  #ask(request: Request): Promise<WorkerAnswer> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, ...request });
    });
  }
}
