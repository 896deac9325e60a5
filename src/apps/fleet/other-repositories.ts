import { type Checkout, openCheckout } from "../../adapters/git/checkout.js";
import { FleetwrightError, InputError } from "../../core/errors.js";
import type { FileTree } from "../../core/render/file-tree.js";
import { normalizeRepositoryURL } from "../../core/render/repository-url.js";
import { cacheFolder } from "../cache-folder.js";
import type { RemoteFiles } from "./remote-files.js";

/** What a source, a generator or a remote base asks of a repository that is not the checkout. */
export interface OtherTreeRequest {
  readonly repoURL: string;
  readonly revision: string;
  /** A chart of that name in a Helm repository or a registry, in place of files. */
  readonly chart?: string;
}

/** Repositories beside the checkout: clones that were given, and what is fetched. Each revision is looked up once. */
export interface OtherRepositories {
  /** The files, where they are at hand; undefined: they were noted as wanted. Throws what kept them from being had. */
  tree(request: OtherTreeRequest): FileTree | undefined;
  /** Brings all that was wanted; whether there was anything. */
  bring(): Promise<boolean>;
  /** URLs with a clone of their own. */
  readonly given: ReadonlySet<string>;
  close(): void;
}

export interface OtherRepositoriesOptions {
  /** `URL=PATH`. */
  readonly given: readonly string[];
  /** Absent: nothing is fetched. */
  readonly fetch?: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly note: (text: string) => void;
    readonly allowFileRepositories: boolean;
  };
}

const notedAfterMs = 1000;

/** Opens the clones that were given. Throws InputError for one that is none. */
export async function openOtherRepositories({ given, fetch }: OtherRepositoriesOptions): Promise<OtherRepositories> {
  const clones = new Map<string, Checkout>();
  const close = (): void => {
    for (const clone of clones.values()) clone.close();
  };
  try {
    for (const [url, path] of given.map(splitRepo)) clones.set(normalizeRepositoryURL(url), await openCheckout(path));
  } catch (error) {
    close();
    throw error;
  }
  const known = new Map<string, { readonly tree: FileTree } | { readonly error: FleetwrightError }>();
  const wanted = new Map<string, OtherTreeRequest>();
  let remote: Promise<RemoteFiles> | undefined;

  const bringOne = async (request: OtherTreeRequest): Promise<FileTree> => {
    const clone = request.chart === undefined ? clones.get(normalizeRepositoryURL(request.repoURL)) : undefined;
    if (clone) return await clone.tree(await resolveIn(clone, request));
    if (!fetch) throw new InputError(`${request.repoURL} is not fetched`, { code: "IMPACT_REPOSITORY" });
    // Git mirrors and the clients of chart repositories are large, and most fleets name no other repository.
    remote ??= import("./remote-files.js").then(({ openRemoteFiles }) =>
      openRemoteFiles({
        cacheDir: cacheFolder(fetch.env),
        allowFileRepositories: fetch.allowFileRepositories,
      }),
    );
    const files = await remote;
    const timer = setTimeout(() => fetch.note(`fetching ${nameOf(request)} …`), notedAfterMs);
    try {
      return await files.tree(request);
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    given: new Set(clones.keys()),
    tree(request) {
      const key = keyOf(request);
      const found = known.get(key);
      if (found === undefined) {
        if (fetch || clones.has(normalizeRepositoryURL(request.repoURL))) wanted.set(key, request);
        return undefined;
      }
      if ("error" in found) throw found.error;
      return found.tree;
    },
    async bring() {
      const requests = [...wanted];
      wanted.clear();
      await Promise.all(
        requests.map(async ([key, request]) => {
          try {
            known.set(key, { tree: await bringOne(request) });
          } catch (error) {
            if (!(error instanceof FleetwrightError)) throw error;
            known.set(key, { error: explained(error, request) });
          }
        }),
      );
      return requests.length > 0;
    },
    close() {
      close();
      void remote?.then((files) => files.close());
    },
  };
}

/** A clone may know a branch only as that of its remote. */
async function resolveIn(clone: Checkout, { repoURL, revision }: OtherTreeRequest): Promise<string> {
  try {
    return await clone.resolve(revision);
  } catch (error) {
    const ofRemote = await clone.resolve(`origin/${revision}`).catch(() => undefined);
    if (ofRemote !== undefined) return ofRemote;
    throw error instanceof FleetwrightError
      ? new InputError(`${clone.directory} has no ${revision}, which a source of ${repoURL} names`, {
          code: "GIT_REVISION_UNKNOWN",
          cause: error,
          hint: "fetch it there, or leave --repo out to have it fetched",
        })
      : error;
  }
}

/** The failure, with what helps beside trying again. */
function explained(error: FleetwrightError, { repoURL, chart }: OtherTreeRequest): FleetwrightError {
  const { code, location, hint } = error;
  const help = chart === undefined ? `--repo ${repoURL}=PATH gives a clone of it` : "the chart is fetched from its repository";
  return new InputError(error.message, {
    code,
    cause: error,
    ...(location ? { location } : {}),
    hint: hint === undefined ? help : `${hint}; ${help}`,
  });
}

function keyOf({ repoURL, revision, chart }: OtherTreeRequest): string {
  return [normalizeRepositoryURL(repoURL), revision, ...(chart === undefined ? [] : [chart])].join(" ");
}

function nameOf({ repoURL, revision, chart }: OtherTreeRequest): string {
  return chart === undefined ? `${repoURL} at ${revision}` : `chart ${chart} ${revision} of ${repoURL}`;
}

function splitRepo(given: string): readonly [url: string, path: string] {
  const at = given.lastIndexOf("=");
  if (at <= 0) throw new InputError(`--repo ${given}: not of the form URL=PATH`, { code: "CLI_USAGE" });
  return [given.slice(0, at), given.slice(at + 1)];
}
