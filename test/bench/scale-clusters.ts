import { startSimulator } from "#src/simulator/server.js";

/** The clusters of `bench -- scale`, in a process of their own: one line of JSON tells where they are, then they serve until they are killed. */
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
