import { monitorEventLoopDelay } from "node:perf_hooks";
import { startSimulator } from "#src/simulator/server.js";

/**
 * Clusters of `bench -- scale`, in a process of their own: one line of JSON tells where they are, then they serve until they are killed. Each line that
 * comes in is answered with the longest time that they did not serve since the last one, in milliseconds.
 */
const names = process.argv.slice(2);
const clusters = [];
for (const name of names) {
  const { url, token } = await startSimulator({
    name,
    pods: false,
    speed: Number.POSITIVE_INFINITY,
    nodes: 1,
    historyLimit: 20_000,
  });
  clusters.push({ name, server: url, token });
}
process.stdout.write(`${JSON.stringify(clusters)}\n`);
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
process.stdin.on("data", () => {
  process.stdout.write(`pause ${(delay.max / 1e6).toFixed(0)}\n`);
  delay.reset();
});
