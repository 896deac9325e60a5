import type { FileTree } from "../core/render/file-tree.js";

/** What names a chart: an entry of a classic repository (https://…) or of an OCI registry (oci://… or no scheme at all, as in Argo CD). */
export interface ChartRequest {
  readonly repoURL: string;
  /** The chart's name; "" where the repository's URL already ends in it (OCI). */
  readonly chart: string;
  /** A version, a range or "" for the newest release. */
  readonly revision: string;
  /** The repository's credentials go along to the host that keeps the archive, too. Default: only to the repository's own. */
  readonly passCredentials?: boolean;
}

export interface ResolvedChart {
  readonly repoURL: string;
  readonly chart: string;
  readonly version: string;
  /** Names the content: `sha256:…` where the repository tells it, else the version and URL. */
  readonly id: string;
  readonly passCredentials?: boolean;
}

/** Charts of repositories and registries. Every failure is an ExternalError (retry) or an InputError (no such chart or version, bad content). */
export interface ChartRegistryPort {
  /** `maxAgeMs` bounds how old the knowledge of the repository's versions may be. */
  resolve(request: ChartRequest, options?: { readonly maxAgeMs?: number; readonly signal?: AbortSignal }): Promise<ResolvedChart>;
  /** The packed chart's bytes; checked against its digest, cached by it. */
  archive(chart: ResolvedChart, options?: { readonly signal?: AbortSignal }): Promise<Uint8Array>;
  /** The chart's files at the root of a tree. */
  tree(chart: ResolvedChart): Promise<FileTree>;
  close(): Promise<void>;
}
