import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { FileTree, TreeEntry, TreeFile } from "../../core/render/file-tree.js";
import { renderSource } from "../../core/render/render-source.js";
import { toolRenderers } from "../renderers.js";
import { errorOf, plainError } from "./plain-error.js";
import type { RenderOrder, RenderReply, TreeAnswer, TreeQuestion } from "./render-messages.js";

/** The worker's side: renders one order after the other, and asks the main thread for files. It has no credentials and reads no disk. */
const { answers, signal } = workerData as { readonly answers: MessagePort; readonly signal: Int32Array };
const renderers = toolRenderers();
let waitedMs = 0;

parentPort?.on("message", (order: RenderOrder) => {
  parentPort?.postMessage(render(order));
});

function render(order: RenderOrder): RenderReply {
  const started = performance.now();
  waitedMs = 0;
  try {
    const { refs, remotes, revision, ...rest } = order;
    const result = renderSource(
      {
        ...rest,
        ...(revision === undefined ? {} : { revision }),
        tree: treeOf("tree"),
        refs: new Map(refs.map((name) => [name, treeOf(`ref ${name}`)])),
        remotes: new Map(remotes.map((key) => [key, treeOf(`remote ${key}`)])),
      },
      renderers,
    );
    return { kind: "done", result, ms: performance.now() - started - waitedMs };
  } catch (error) {
    return { kind: "failed", error: plainError(error) };
  }
}

function treeOf(tree: string): FileTree {
  const ask = (method: TreeQuestion["method"], path: string): unknown => {
    const asked = performance.now();
    Atomics.store(signal, 0, 0);
    parentPort?.postMessage({ kind: "tree", tree, method, path } satisfies TreeQuestion);
    for (;;) {
      const received = receiveMessageOnPort(answers);
      if (received !== undefined) {
        waitedMs += performance.now() - asked;
        const answer = received.message as TreeAnswer;
        if ("error" in answer) throw errorOf(answer.error);
        return answer.value;
      }
      Atomics.wait(signal, 0, 0, 1_000);
      Atomics.store(signal, 0, 0);
    }
  };
  return {
    read: (path) => ask("read", path) as TreeFile | undefined,
    list: (directory) => ask("list", directory) as readonly TreeEntry[] | undefined,
    kind: (path) => ask("kind", path) as "file" | "directory" | undefined,
    realPath: (path) => ask("realPath", path) as string | undefined,
  };
}
