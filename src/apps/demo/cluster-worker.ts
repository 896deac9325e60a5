import { parentPort } from "node:worker_threads";
import { startSimulator } from "../../simulator/server.js";

/** The simulated clusters run in a worker, so that API servers and controller each have a core of their own. */
export type WorkerRequest =
  | { readonly id: number; readonly kind: "start"; readonly name: string; readonly port: number; readonly speed: number }
  | { readonly id: number; readonly kind: "stop" };

export type WorkerAnswer = { readonly id: number; readonly server?: string; readonly token?: string; readonly error?: string };

const running: { close(): Promise<void> }[] = [];

parentPort?.on("message", async (request: WorkerRequest) => {
  try {
    parentPort?.postMessage(await answer(request));
  } catch (error) {
    parentPort?.postMessage({
      id: request.id,
      error: error instanceof Error ? error.message : String(error),
    } satisfies WorkerAnswer);
  }
});

async function answer(request: WorkerRequest): Promise<WorkerAnswer> {
  if (request.kind === "stop") {
    await Promise.all(running.map((simulator) => simulator.close()));
    return { id: request.id };
  }
  const simulator = await startSimulator({ name: request.name, port: request.port, speed: request.speed });
  running.push(simulator);
  return { id: request.id, server: simulator.url, token: simulator.token };
}
