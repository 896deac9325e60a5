import { type Simulator, startSimulator } from "#src/simulator/server.js";

/** The clusters of the idle benchmark, in a process of their own: what they use is not the controller's. */
process.on("message", (names: readonly string[]) => {
  void start(names);
});
process.on("disconnect", () => process.exit(0));

async function start(names: readonly string[]): Promise<void> {
  const started: Simulator[] = [];
  for (const name of names) started.push(await startSimulator({ name, speed: 100, pods: false }));
  process.send?.(started.map(({ name, url, token }) => ({ name, url, token })));
}
