import type { PullRequest, PullRequestQuery, ScmQuery, ScmRepository } from "../core/applicationset/needs.js";

/** Source code hosts, asked by the scmProvider and pullRequest generators. Failures are ExternalError (retry) or InputError (bad query). */
export interface ScmPort {
  /** The repositories that the query's filters take. All or nothing: a listing that breaks off is a failure, never a short list. */
  repositories(query: ScmQuery, signal?: AbortSignal): Promise<readonly ScmRepository[]>;
  pullRequests(query: PullRequestQuery, signal?: AbortSignal): Promise<readonly PullRequest[] | "repoNotFound">;
}

/** One host's repositories: what each provider implements. */
export interface RepositoryHost {
  /** Every repository of the organisation at its default branch. */
  repositories(): Promise<readonly ScmRepository[]>;
  /** The repository at each branch that the query asks for. */
  branches(repository: ScmRepository): Promise<readonly ScmRepository[]>;
  /** Whether a file or folder is there at the repository's branch. */
  hasPath(repository: ScmRepository, path: string): Promise<boolean>;
}

/** One repository's pull requests. */
export interface PullRequestHost {
  pullRequests(): Promise<readonly PullRequest[] | "repoNotFound">;
}
