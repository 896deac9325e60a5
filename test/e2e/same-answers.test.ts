import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startSimulator } from "#src/simulator/server.js";
import { type ApiRequest, dialogue, knownDifferences } from "./api-dialogue.js";
import { type Answer, lead } from "./lead-dialogue.js";
import { startRealCluster } from "./real-cluster.js";
import { because, realServers } from "./requirements.js";

const compared = dialogue.filter(({ title }) => !knownDifferences.has(title));
const { assets, missing } = realServers();
let real: ReadonlyMap<ApiRequest, Answer>;
let simulated: ReadonlyMap<ApiRequest, Answer>;
const ends: (() => Promise<void>)[] = [];

describe.skipIf(missing)(`the simulator answers as a real API server does${because(missing)}`, () => {
  beforeAll(async () => {
    const cluster = await startRealCluster({ name: "answers", assets, controllerManager: false });
    ends.push(() => cluster.stop());
    // Workloads stand still, as without a controller manager.
    const simulator = await startSimulator({ name: "answers", speed: 1e-9, kubernetesVersion: "v1.35.4" });
    ends.push(() => simulator.close());
    real = await lead(dialogue, cluster);
    simulated = await lead(dialogue, simulator);
  }, 300_000);
  afterAll(async () => {
    for (const end of ends) await end();
  }, 60_000);

  test.each(compared.map((request) => [request.title, request] as const))("%s", (_, request) => {
    expect(simulated.get(request)).toEqual(real.get(request));
  });
});
