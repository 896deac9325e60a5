import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChartRegistryPort } from "../../ports/registry.js";

/** How a command reaches repositories and registries. */
export interface RepositoryFlags {
  readonly username?: string;
  readonly password?: string;
  readonly plainHttp?: boolean;
}

/** Runs `action` with the charts of repositories and registries; what it fetches is not kept. */
export async function withCharts<T>(
  { username, password, plainHttp }: RepositoryFlags,
  action: (charts: ChartRegistryPort) => Promise<T>,
): Promise<T> {
  // Loaded only where a network is asked for: `helm template` of a folder starts without it.
  const { chartRegistry } = await import("../../adapters/charts/chart-registry.js");
  const cacheDir = await mkdtemp(join(tmpdir(), "fleetwright-charts-"));
  const credentials = { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
  const charts = chartRegistry({
    cacheDir,
    credentials: () => (password === undefined ? undefined : credentials),
    monotonic: () => performance.now(),
    ...(plainHttp === true ? { plainHosts: { has: () => true } } : {}),
  });
  try {
    return await action(charts);
  } finally {
    await charts.close();
    await rm(cacheDir, { recursive: true, force: true });
  }
}
