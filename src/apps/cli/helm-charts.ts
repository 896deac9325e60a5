import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChartRegistryPort } from "../../ports/registry.js";
import type { RepositoryCredentials } from "../../ports/source.js";

/** How a command reaches repositories and registries. */
export interface RepositoryFlags {
  readonly username?: string;
  readonly password?: string;
  readonly plainHttp?: boolean;
  /** A client certificate and its key, by path. */
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly insecureSkipTlsVerify?: boolean;
}

/** Runs `action` with the charts of repositories and registries; what it fetches is not kept. */
export async function withCharts<T>(flags: RepositoryFlags, action: (charts: ChartRegistryPort) => Promise<T>): Promise<T> {
  // Loaded only where a network is asked for: `helm template` of a folder starts without it.
  const { chartRegistry } = await import("../../adapters/charts/chart-registry.js");
  const cacheDir = await mkdtemp(join(tmpdir(), "fleetwright-charts-"));
  const credentials = await credentialsOf(flags);
  const charts = chartRegistry({
    cacheDir,
    credentials: () => credentials,
    monotonic: () => performance.now(),
    ...(flags.plainHttp === true ? { plainHosts: { has: () => true } } : {}),
  });
  try {
    return await action(charts);
  } finally {
    await charts.close();
    await rm(cacheDir, { recursive: true, force: true });
  }
}

async function credentialsOf(flags: RepositoryFlags): Promise<RepositoryCredentials | undefined> {
  const { username, password, certFile, keyFile, insecureSkipTlsVerify } = flags;
  if (password === undefined && certFile === undefined && insecureSkipTlsVerify !== true) return undefined;
  return {
    ...(username !== undefined && password !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(certFile !== undefined && { tlsClientCert: await readFile(certFile, "utf8") }),
    ...(keyFile !== undefined && { tlsClientKey: await readFile(keyFile, "utf8") }),
    ...(insecureSkipTlsVerify === true && { insecure: true }),
  };
}
