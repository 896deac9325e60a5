import type { FileTree } from "../core/render/file-tree.js";

/** Credentials of a repository, from a Secret labelled `argocd.argoproj.io/secret-type: repository` or `repo-creds`. */
export interface RepositoryCredentials {
  readonly username?: string;
  readonly password?: string;
  readonly bearerToken?: string;
  readonly sshPrivateKey?: string;
  readonly tlsClientCert?: string;
  readonly tlsClientKey?: string;
  readonly insecure?: boolean;
  /** An OCI registry that is spoken to without TLS. */
  readonly plainHttp?: boolean;
  readonly proxy?: string;
}

/** Looks up the credentials for a URL; undefined where none are configured. */
export type CredentialsFor = (repoURL: string) => RepositoryCredentials | undefined;

export interface ResolvedRevision {
  readonly repoURL: string;
  /** Commit id in full. */
  readonly commit: string;
  /** What was asked for: branch, tag, HEAD, sha or a semver range. */
  readonly revision: string;
}

/** Git repositories, read without a work tree. Every failure is an ExternalError (retry) or an InputError (bad URL or revision). */
export interface SourcePort {
  /**
   * Resolves HEAD, a branch, a tag, a (short) sha or a semver range to a commit. `maxAgeMs` bounds how old the mirror may be:
   * 0 fetches (calls for one repository share one fetch), Infinity uses what is there.
   */
  resolve(
    repoURL: string,
    revision: string,
    options?: { readonly maxAgeMs?: number; readonly signal?: AbortSignal },
  ): Promise<ResolvedRevision>;
  /** The files at a commit. The tree is cached by commit, blobs by object id across commits and repositories. */
  tree(repoURL: string, commit: string): Promise<FileTree>;
  /** Paths that differ between two commits (added, removed or changed), sorted. */
  changedPaths(repoURL: string, from: string, to: string): Promise<readonly string[]>;
  /** Author, date (RFC 3339), subject and signature state of a commit. */
  describe(repoURL: string, commit: string): Promise<CommitDescription>;
}

export interface CommitDescription {
  readonly author: string;
  readonly date: string;
  readonly message: string;
  readonly signatureInfo?: string;
}
