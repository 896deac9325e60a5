import { join } from "node:path";
import { chartRegistry } from "../../adapters/charts/chart-registry.js";
import { createGitSource } from "../../adapters/git/git-source.js";
import { bestVersion } from "../../adapters/git/semver-tags.js";
import type { FileTree } from "../../core/render/file-tree.js";
import type { OtherTreeRequest } from "./other-repositories.js";

/** Files of repositories elsewhere, through git as its user has set it up, and charts of their repositories. */
export interface RemoteFiles {
  tree(request: OtherTreeRequest): Promise<FileTree>;
  close(): Promise<void>;
}

export interface RemoteFilesOptions {
  /** Mirrors and charts lie here, where every command and process finds them. */
  readonly cacheDir: string;
  readonly allowFileRepositories: boolean;
}

const timeoutMs = 60_000;

export async function openRemoteFiles({ cacheDir, allowFileRepositories }: RemoteFilesOptions): Promise<RemoteFiles> {
  const source = await createGitSource({
    cacheDir: join(cacheDir, "git"),
    protocols: ["https", "http", "ssh", ...(allowFileRepositories ? (["file"] as const) : [])],
    bestVersion,
    timeoutMs,
    usesOwnConfiguration: true,
  });
  const charts = chartRegistry({
    cacheDir: join(cacheDir, "charts"),
    credentials: () => undefined,
    monotonic: () => performance.now(),
  });
  return {
    async tree({ repoURL, revision, chart }) {
      if (chart !== undefined) return await charts.tree(await charts.resolve({ repoURL, chart, revision }));
      const { commit } = await source.resolve(repoURL, revision);
      return await source.tree(repoURL, commit);
    },
    async close() {
      await Promise.all([source.close(), charts.close()]);
    },
  };
}
