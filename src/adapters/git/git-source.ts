import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "../../core/errors.js";
import { normalizeRepositoryURL } from "../../core/render/repository-url.js";
import { hashHex } from "../../platform/hash.js";
import type { CommitDescription, CredentialsFor, ResolvedRevision, SourcePort } from "../../ports/source.js";
import { type Metrics, silentTelemetry } from "../../ports/telemetry.js";
import { describeCommit } from "./commit-text.js";
import { gitEnvironment, requireGitVersion } from "./git-command.js";
import { Mirror, type RemoteRefs } from "./mirror.js";
import { ObjectCache } from "./object-cache.js";
import { type Protocol, repositoryProtocol } from "./repository-location.js";
import { type BestVersion, checkRevision, findRevision } from "./revision.js";
import { SharedRun } from "./shared-run.js";

export interface GitSourceOptions {
  /** Where the mirrors live; may be lost at any time. */
  readonly cacheDir: string;
  readonly credentials?: CredentialsFor;
  /** https, http and ssh; "file" (also plain paths) must be asked for. */
  readonly protocols?: readonly Protocol[];
  /** A known_hosts file for ssh. */
  readonly knownHosts?: string;
  /** Bound of the file contents kept in memory. */
  readonly maxCacheBytes?: number;
  readonly timeoutMs?: number;
  readonly metrics?: Metrics;
  readonly bestVersion?: BestVersion;
  /** Fetches with the configuration, helpers and keys of the user's own git, in place of `credentials`. */
  readonly usesOwnConfiguration?: boolean;
}

/** A SourcePort that owns child processes. */
export interface GitSource extends SourcePort {
  close(): Promise<void>;
}

interface Repository {
  readonly repoURL: string;
  readonly mirror: Mirror;
  readonly refresh: SharedRun<RemoteRefs>;
  readonly fetch: SharedRun<void>;
  readonly history: SharedRun<boolean>;
  readonly known: Set<string>;
}

/** Git repositories through the system's git: bare mirrors, files read from the object store, no work tree. */
export async function createGitSource(options: GitSourceOptions): Promise<GitSource> {
  const privateDir = mkdtempSync(join(tmpdir(), "fleetwright-git-"));
  mkdirSync(options.cacheDir, { recursive: true });
  const protocols = options.protocols ?? ["https", "http", "ssh"];
  const isUsersOwn = options.usesOwnConfiguration === true;
  const environment = (config: readonly (readonly [string, string])[]) =>
    gitEnvironment({ home: privateDir, protocols, isUsersOwn }, config);
  await requireGitVersion(environment([]));
  const metrics = options.metrics ?? silentTelemetry.metrics;
  const cache = new ObjectCache(options.maxCacheBytes ?? 512 * 1024 * 1024, 2_000_000);
  const repositories = new Map<string, Repository>();

  const repositoryOf = (repoURL: string): Repository => {
    const known = repositories.get(repoURL);
    if (known !== undefined) return known;
    const protocol = repositoryProtocol(repoURL, protocols);
    const directory = join(
      options.cacheDir,
      `${hashHex("sha256", protocol === "file" ? repoURL : normalizeRepositoryURL(repoURL)).slice(0, 24)}.git`,
    );
    const mirror = new Mirror({
      repoURL,
      directory,
      privateDir,
      knownHosts: options.knownHosts,
      cache,
      environment,
      credentials: () => options.credentials?.(repoURL),
      ...(isUsersOwn ? { isUsersOwn } : {}),
      timeoutMs: options.timeoutMs ?? 90_000,
      onRequest(type, seconds, failed) {
        metrics.count("argocd_git_request_total", { repo: repoURL, request_type: type });
        metrics.observe("argocd_git_request_duration_seconds", { repo: repoURL, request_type: type }, seconds);
        if (failed)
          metrics.count(type === "fetch" ? "argocd_git_fetch_fail_total" : "argocd_git_lsremote_fail_total", { repo: repoURL });
      },
    });
    const repository: Repository = {
      repoURL,
      mirror,
      refresh: new SharedRun(() => mirror.remoteRefs()),
      fetch: new SharedRun(() => mirror.fetch()),
      history: new SharedRun(() => mirror.fetchHistory()),
      known: new Set(),
    };
    repositories.set(repoURL, repository);
    return repository;
  };

  /** The full id of a commit in the mirror, fetched when it is not there yet. */
  const bring = async (repository: Repository, id: string, ref: string | undefined): Promise<string | undefined> => {
    if (repository.known.has(id)) return id;
    let commit = await repository.mirror.commitId(id);
    if (commit === undefined) {
      await repository.fetch.run(0);
      commit = await repository.mirror.commitId(id);
    }
    let refused: unknown;
    if (commit === undefined && (ref !== undefined || id.length >= 40)) {
      // Old servers give no commit that no ref leads to.
      await repository.mirror.fetchMore(ref ?? id).catch((error: unknown) => {
        refused = error;
      });
      commit = await repository.mirror.commitId(id);
    }
    // An id, a short one too, may name a commit of the history, which is not there by itself.
    if (commit === undefined && ref === undefined && (await repository.history.run(0)))
      commit = await repository.mirror.commitId(id);
    if (commit === undefined && refused !== undefined) throw refused;
    if (commit !== undefined) repository.known.add(commit);
    return commit;
  };

  const unknown = (repoURL: string, revision: string): InputError =>
    new InputError(`${repoURL}: unable to resolve '${revision}' to a commit SHA`, {
      code: "GIT_REVISION_UNKNOWN",
      hint: "check targetRevision",
    });

  return {
    async resolve(repoURL, revision, { maxAgeMs = 0, signal } = {}): Promise<ResolvedRevision> {
      checkRevision(revision);
      signal?.throwIfAborted();
      const repository = repositoryOf(repoURL);
      const direct = findRevision(revision, { commits: new Map(), head: undefined }, () => undefined);
      const target =
        direct.kind === "id" && direct.id.length >= 40
          ? direct
          : findRevision(revision, await repository.refresh.run(maxAgeMs), options.bestVersion ?? (() => undefined));
      if (target.kind === "unknown") throw unknown(repoURL, revision);
      const advertised = target.kind === "commit" && !/^(HEAD$|refs\/(heads|tags)\/)/.test(target.ref) ? target.ref : undefined;
      const commit = await bring(repository, target.kind === "commit" ? target.commit : target.id, advertised);
      if (commit === undefined) throw unknown(repoURL, revision);
      return { repoURL, commit, revision };
    },
    async tree(repoURL, commit) {
      checkRevision(commit);
      const repository = repositoryOf(repoURL);
      await bring(repository, commit, undefined);
      return await repository.mirror.tree(commit);
    },
    async changedPaths(repoURL, from, to) {
      checkRevision(from);
      checkRevision(to);
      if (from === to) return [];
      const repository = repositoryOf(repoURL);
      for (const commit of [from, to]) await bring(repository, commit, undefined);
      return await repository.mirror.changedPaths(from, to);
    },
    async describe(repoURL, commit): Promise<CommitDescription> {
      checkRevision(commit);
      const repository = repositoryOf(repoURL);
      await bring(repository, commit, undefined);
      return describeCommit(await repository.mirror.commitText(commit));
    },
    async close() {
      for (const { mirror } of repositories.values()) mirror.close();
      rmSync(privateDir, { recursive: true, force: true });
    },
  };
}
