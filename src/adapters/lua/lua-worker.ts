import { Worker } from "node:worker_threads";
import { InputError } from "../../core/errors.js";
import type { LuaInput, LuaResult } from "../../core/lua/lua-runtime.js";
import { threadModule } from "../../platform/thread.js";
import { defaultLuaLimits, type LuaLimits } from "./fengari-runtime.js";

type Answer = { readonly result: LuaResult } | { readonly error: { readonly code: string; readonly message: string } };

export interface LuaWorkerOptions {
  /** A script that takes longer is ended with its thread. */
  readonly timeLimitMs: number;
  readonly heapMegabytes: number;
  readonly limits?: LuaLimits;
}

/**
 * Runs scripts one after another in a thread of their own; a script that exceeds time or memory ends that thread, and the next
 * one begins with a new thread. Rejects with InputError LUA_* as LuaRuntime throws.
 */
export class LuaWorker {
  readonly #options: LuaWorkerOptions;
  #worker: Worker | undefined;
  #online: Promise<unknown> = Promise.resolve();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: LuaWorkerOptions) {
    this.#options = options;
  }

  run(script: string, input: LuaInput, nowSeconds: number): Promise<LuaResult> {
    const turn = this.#last.then(() => this.#runAlone(script, input, nowSeconds));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #runAlone(script: string, input: LuaInput, nowSeconds: number): Promise<LuaResult> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    return new Promise<LuaResult>((resolve, reject) => {
      const abandon = (message: string): void => {
        settle();
        void this.close();
        reject(new InputError(message, { code: "LUA_BUDGET" }));
      };
      let timer: NodeJS.Timeout | undefined;
      // A thread that is starting takes nothing of the script's time.
      void this.#online.then(() => {
        if (isSettled) return;
        timer = setTimeout(() => abandon("<string>: context deadline exceeded"), this.#options.timeLimitMs);
      });
      let isSettled = false;
      const onMessage = (answer: Answer): void => {
        settle();
        if ("result" in answer) resolve(answer.result);
        else reject(new InputError(answer.error.message, { code: answer.error.code }));
      };
      const onError = (error: Error): void => abandon(`the script's thread ended: ${error.message}`);
      const settle = (): void => {
        isSettled = true;
        clearTimeout(timer);
        worker.off("message", onMessage).off("error", onError);
      };
      worker.on("message", onMessage).on("error", onError);
      worker.postMessage({ script, input, nowSeconds });
    });
  }

  #start(): Worker {
    const worker = new Worker(threadModule("./worker-main.js", import.meta.url), {
      workerData: { limits: this.#options.limits ?? defaultLuaLimits },
      resourceLimits: { maxOldGenerationSizeMb: this.#options.heapMegabytes },
      env: {},
    });
    this.#online = new Promise((resolve) => worker.once("online", resolve));
    worker.unref();
    // One that is being ended may still run out of memory, when nobody waits for it any more: what no one hears ends the process.
    worker.on("error", () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    return worker;
  }
}
