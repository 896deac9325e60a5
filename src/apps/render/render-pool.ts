import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { ExternalError, InputError, InvariantError } from "../../core/errors.js";
import type { FileTree } from "../../core/render/file-tree.js";
import type { RenderResult, RenderSourceInput } from "../../core/render/render-source.js";
import { threadModule } from "../../platform/thread.js";
import type { RenderJob, RenderWorkers } from "../../ports/render-workers.js";
import { errorOf, plainError } from "./plain-error.js";
import type { RenderOrder, RenderReply, TreeAnswer, TreeQuestion } from "./render-messages.js";

export interface RenderPoolOptions {
  readonly threads: number;
  /** A render that took so long is made here the next time. */
  readonly slowMs?: number;
  readonly timeLimitMs?: number;
  readonly heapMegabytes?: number;
}

interface Task extends RenderJob {
  readonly input: RenderSourceInput;
  readonly resolve: (result: RenderResult) => void;
  readonly reject: (error: Error) => void;
}

interface Lane {
  worker: Worker;
  answers: MessagePort;
  signal: Int32Array;
  task: Task | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const mostTimes = 50_000;

/**
 * A few threads for renders that would hold up everything else. Threads start when the first one is needed: a fleet of quick renders never pays for
 * them. Those that wait take turns by tenant; one that exceeds its budget dies alone with its thread.
 */
export function renderPool(options: RenderPoolOptions): RenderWorkers {
  const { threads, slowMs = 50, timeLimitMs = 30_000, heapMegabytes = 512 } = options;
  const times = new Map<string, number>();
  const waiting = new Map<string, Task[]>();
  const lanes: Lane[] = [];
  let closed = false;

  const open = (): Lane => {
    const { port1, port2 } = new MessageChannel();
    const signal = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(threadModule("./render-worker.js", import.meta.url), {
      workerData: { answers: port2, signal },
      transferList: [port2],
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
      env: {},
    });
    const lane: Lane = { worker, answers: port1, signal, task: undefined, timer: undefined };
    worker.unref();
    worker.on("message", (message: RenderReply | TreeQuestion) => {
      if (lane.task === undefined) return;
      if (message.kind === "tree") answer(lane, lane.task, message);
      else finish(lane, message);
    });
    worker.on("error", (error: Error & { code?: string }) => {
      if (error.code === "ERR_WORKER_OUT_OF_MEMORY") end(lane, budget(`more than ${heapMegabytes} MB of memory`));
      else end(lane, new InvariantError(`a render thread failed: ${error.message}`, { cause: error }));
    });
    lanes.push(lane);
    return lane;
  };

  const finish = (lane: Lane, reply: RenderReply): void => {
    const { task } = lane;
    release(lane);
    if (reply.kind === "done" && task !== undefined) {
      note(times, task.key, reply.ms);
      task.resolve(reply.result);
    }
    if (reply.kind === "failed") task?.reject(errorOf(reply.error));
    pump();
  };

  /** Takes the thread down with what it does; the next one that is needed is a new one. */
  const end = (lane: Lane, error: Error): void => {
    const { task } = lane;
    release(lane);
    const index = lanes.indexOf(lane);
    if (index >= 0) lanes.splice(index, 1);
    lane.answers.close();
    void lane.worker.terminate();
    task?.reject(error);
    pump();
  };

  const next = (): Task | undefined => {
    for (const [tenant, tasks] of waiting) {
      const task = tasks.shift();
      // To the end of the line: tenants take turns, however much one of them has.
      waiting.delete(tenant);
      if (tasks.length > 0) waiting.set(tenant, tasks);
      if (task !== undefined) return task;
    }
    return undefined;
  };

  const pump = (): void => {
    for (;;) {
      if (closed || waiting.size === 0) return;
      const lane = lanes.find(({ task }) => task === undefined) ?? (lanes.length < threads ? open() : undefined);
      if (lane === undefined) return;
      const task = next();
      if (task === undefined) return;
      lane.task = task;
      lane.timer = setTimeout(() => end(lane, budget(`more than ${timeLimitMs / 1000} s`)), timeLimitMs);
      lane.worker.postMessage(orderOf(task.input));
    }
  };

  return {
    takes: (key) => (times.get(key) ?? 0) >= slowMs,
    here(key, render) {
      // Not the time by the clock: on a busy machine every render would be long, and all would wait for the few threads.
      const before = process.cpuUsage();
      try {
        return render();
      } finally {
        const { user, system } = process.cpuUsage(before);
        note(times, key, (user + system) / 1000);
      }
    },
    run: (input, job) =>
      new Promise((resolve, reject) => {
        const task = { ...job, input, resolve, reject };
        const tasks = waiting.get(job.tenant);
        if (tasks) tasks.push(task);
        else waiting.set(job.tenant, [task]);
        pump();
      }),
    supersede(application) {
      for (const [tenant, tasks] of [...waiting]) {
        const kept = tasks.filter((task) => task.application !== application);
        for (const task of tasks) if (task.application === application) task.reject(superseded());
        if (kept.length > 0) waiting.set(tenant, kept);
        else waiting.delete(tenant);
      }
      for (const lane of [...lanes]) if (lane.task?.application === application) end(lane, superseded());
    },
    async close() {
      closed = true;
      for (const tasks of waiting.values()) for (const task of tasks) task.reject(superseded());
      waiting.clear();
      await Promise.all(
        [...lanes].map(async (lane) => {
          clearTimeout(lane.timer);
          lane.task?.reject(superseded());
          lane.answers.close();
          await lane.worker.terminate();
        }),
      );
    },
  };
}

function release(lane: Lane): void {
  clearTimeout(lane.timer);
  lane.task = undefined;
}

function answer(lane: Lane, task: Task, { tree, method, path }: TreeQuestion): void {
  let reply: TreeAnswer;
  try {
    const of = treeNamed(task.input, tree);
    const value = method === "realPath" ? (of?.realPath ? of.realPath(path) : path) : of?.[method](path);
    reply = { value };
  } catch (error) {
    reply = { error: plainError(error) };
  }
  lane.answers.postMessage(reply);
  Atomics.store(lane.signal, 0, 1);
  Atomics.notify(lane.signal, 0);
}

function treeNamed(input: RenderSourceInput, name: string): FileTree | undefined {
  if (name === "tree") return input.tree;
  if (name.startsWith("ref ")) return input.refs?.get(name.slice("ref ".length));
  return input.remotes.get(name.slice("remote ".length));
}

function orderOf(input: RenderSourceInput): RenderOrder {
  const { source, appName, namespace, kubeVersion, apiVersions, revision, refs, remotes } = input;
  const { project, stableRandom, kustomizeBuildOptions } = input;
  return {
    source,
    appName,
    namespace,
    kubeVersion,
    apiVersions,
    revision,
    ...(project === undefined ? {} : { project }),
    ...(stableRandom === undefined ? {} : { stableRandom }),
    ...(kustomizeBuildOptions === undefined ? {} : { kustomizeBuildOptions }),
    refs: [...(refs?.keys() ?? [])],
    remotes: [...remotes.keys()],
  };
}

function note(times: Map<string, number>, key: string, ms: number): void {
  times.delete(key);
  times.set(key, ms);
  if (times.size > mostTimes) times.delete(times.keys().next().value!);
}

function budget(what: string): InputError {
  return new InputError(`the render took ${what} and was ended`, {
    code: "RENDER_BUDGET",
    hint: "look for loops and very large values in the templates, or split the source",
  });
}

function superseded(): ExternalError {
  return new ExternalError("a newer commit supersedes this render", { code: "RENDER_SUPERSEDED" });
}
