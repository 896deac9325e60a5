import { InputError } from "../../core/errors.js";
import { chartTree } from "../../core/helm/index.js";
import type { FileTree } from "../../core/render/file-tree.js";
import type { ChartRegistryPort, ResolvedChart } from "../../ports/registry.js";
import type { CredentialsFor } from "../../ports/source.js";
import { HelmRepository } from "../helm-repository/helm-repository.js";
import { BoundedHttp } from "../http/bounded-get.js";
import { OciRegistry } from "../oci/oci-registry.js";
import { ArchiveCache } from "./archive-cache.js";

export interface ChartRegistryOptions {
  /** Where packed charts are kept, by digest. */
  readonly cacheDir: string;
  readonly credentials: CredentialsFor;
  readonly monotonic: () => number;
  readonly maxIndexBytes?: number;
  readonly maxArchiveBytes?: number;
  /** Registries that are spoken to without TLS, by `host:port`. */
  readonly plainHosts?: Pick<ReadonlySet<string>, "has">;
}

const MiB = 1024 * 1024;
const maxTrees = 64;

/** Charts of classic repositories and of OCI registries, told apart by the URL as Argo CD does: `oci://` or no scheme is a registry. */
export function chartRegistry(options: ChartRegistryOptions): ChartRegistryPort {
  const http = new BoundedHttp();
  const cache = new ArchiveCache(options.cacheDir);
  const { credentials, monotonic, plainHosts, maxIndexBytes = 64 * MiB, maxArchiveBytes = 32 * MiB } = options;
  const classic = new HelmRepository({ http, cache, credentials, monotonic, maxIndexBytes, maxArchiveBytes });
  const oci = new OciRegistry({ http, cache, credentials, monotonic, maxArchiveBytes, ...(plainHosts ? { plainHosts } : {}) });
  const trees = new Map<string, FileTree>();
  const sideOf = (repoURL: string): HelmRepository | OciRegistry => (isOci(repoURL) ? oci : classic);
  const archive = (chart: ResolvedChart, signal?: AbortSignal) => sideOf(chart.repoURL).archive(chart, signal);
  return {
    async resolve({ repoURL, chart, revision, passCredentials }, { maxAgeMs = 0, signal } = {}) {
      if (chart === "" && !isOci(repoURL)) throw new InputError("no chart is named", { code: "CHART_NAME" });
      const resolved = await sideOf(repoURL).resolve(repoURL, chart, revision, maxAgeMs, signal);
      return passCredentials === true ? { ...resolved, passCredentials } : resolved;
    },
    archive: (chart, { signal } = {}) => archive(chart, signal),
    async tree(chart) {
      const key = `${chart.repoURL} ${chart.chart} ${chart.id}`;
      const known = trees.get(key);
      if (known) return known;
      const made = chartTree(await archive(chart));
      trees.set(key, made);
      for (const oldest of trees.keys()) {
        if (trees.size <= maxTrees) break;
        trees.delete(oldest);
      }
      return made;
    },
    close: () => http.close(),
  };
}

function isOci(repoURL: string): boolean {
  return repoURL.startsWith("oci://") || !repoURL.includes("://");
}
