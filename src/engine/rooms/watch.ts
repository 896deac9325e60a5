import { FleetwrightError, formatError } from "../../core/errors.js";
import { normalizeRepositoryURL } from "../../core/render/repository-url.js";
import type { Clock, Random } from "../../ports/clock.js";
import type { SourcePort } from "../../ports/source.js";
import type { Telemetry } from "../../ports/telemetry.js";
import { timed } from "./timed.js";

/** A branch, tag or range of a repository that someone reads. */
export interface FollowedRevision {
  readonly repoURL: string;
  readonly revision: string;
}

export interface RepositoryChange extends FollowedRevision {
  readonly from: string | undefined;
  readonly to: string;
}

export interface RepositoryWatchOptions {
  readonly source: SourcePort;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  /** How often a repository is asked though nothing announced itself; 0 never. */
  readonly intervalMs: (repoURL: string) => number;
  readonly jitterMs: () => number;
  readonly onChange: (change: RepositoryChange) => Promise<void>;
  /** A revision that was there is there no more. */
  readonly onGone: (place: FollowedRevision) => void;
}

interface Repository {
  /** revision → commit that was seen last. */
  readonly commits: Map<string, string | undefined>;
  cancel: (() => void) | undefined;
  polling: Promise<void> | undefined;
  again: boolean;
  /** Looks that failed, one after the other. */
  failures: number;
}

const firstRetryMs = 2_000;
/** A repository that nobody polls is asked again this late at most while it does not answer. */
const latestRetryMs = 180_000;

/** Notices new commits: by polling each repository once for all its readers, or at once when a webhook names it. */
export class RepositoryWatch {
  private readonly repositories = new Map<string, Repository>();
  private readonly places = new Map<string, readonly FollowedRevision[]>();
  private readonly readers = new Map<string, Map<string, FollowedRevision>>();
  private stopped = false;

  constructor(private readonly options: RepositoryWatchOptions) {}

  /** Says what a reader (a queue key) reads now; replaces what it said before. */
  follow(reader: string, places: readonly FollowedRevision[]): void {
    const before = this.places.get(reader);
    if (
      before !== undefined &&
      before.length === places.length &&
      before.every((place, index) => samePlace(place, places[index]!))
    )
      return;
    this.forget(reader);
    this.places.set(reader, places);
    for (const place of places) {
      const id = idOf(place);
      const readers = this.readers.get(id);
      if (readers) readers.set(reader, place);
      else this.readers.set(id, new Map([[reader, place]]));
      let repository = this.repositories.get(place.repoURL);
      if (repository === undefined) {
        repository = { commits: new Map(), cancel: undefined, polling: undefined, again: false, failures: 0 };
        this.repositories.set(place.repoURL, repository);
        this.schedule(place.repoURL, repository);
      }
      if (!repository.commits.has(place.revision)) repository.commits.set(place.revision, undefined);
    }
  }

  forget(reader: string): void {
    for (const place of this.places.get(reader) ?? []) {
      const readers = this.readers.get(idOf(place));
      readers?.delete(reader);
      if (readers?.size !== 0) continue;
      this.readers.delete(idOf(place));
      const repository = this.repositories.get(place.repoURL);
      repository?.commits.delete(place.revision);
      if (repository?.commits.size === 0) {
        repository.cancel?.();
        this.repositories.delete(place.repoURL);
      }
    }
    this.places.delete(reader);
  }

  /** Everyone who reads a revision of a repository. */
  readersOf(place: FollowedRevision): readonly string[] {
    return [...(this.readers.get(idOf(place))?.keys() ?? [])];
  }

  /** The commit that a reader used: what comes later is news. */
  saw(place: FollowedRevision, commit: string): void {
    const repository = this.repositories.get(place.repoURL);
    if (repository?.commits.has(place.revision) && repository.commits.get(place.revision) === undefined)
      repository.commits.set(place.revision, commit);
  }

  /** Looks at a repository now: a webhook says that something was pushed. Whether anybody reads it, and when the look is over; that never fails. */
  poke(matches: (repoURL: string) => boolean): { readonly found: boolean; readonly done: Promise<unknown> } {
    const found = [...this.repositories].filter(([repoURL]) => matches(repoURL));
    return { found: found.length > 0, done: Promise.all(found.map(([repoURL, repository]) => this.poll(repoURL, repository))) };
  }

  stop(): void {
    this.stopped = true;
    for (const { cancel } of this.repositories.values()) cancel?.();
  }

  /** Intervals have changed: they count from now on. */
  reschedule(): void {
    for (const [repoURL, repository] of this.repositories) {
      if (repository.polling !== undefined) continue;
      repository.cancel?.();
      this.schedule(repoURL, repository);
    }
  }

  private schedule(repoURL: string, repository: Repository): void {
    const { clock, random, intervalMs, jitterMs } = this.options;
    const interval = intervalMs(repoURL);
    const { failures } = repository;
    if (this.stopped || (interval <= 0 && failures === 0)) return;
    const regular = interval > 0 ? interval + random() * jitterMs() : latestRetryMs;
    const ms =
      failures === 0 ? regular : Math.min(regular, firstRetryMs * 2 ** Math.min(failures - 1, 10) * (0.8 + 0.4 * random()));
    repository.cancel = clock.schedule(ms, () => void this.poll(repoURL, repository));
  }

  private async poll(repoURL: string, repository: Repository): Promise<void> {
    if (repository.polling !== undefined) {
      repository.again = true;
      return await repository.polling;
    }
    repository.cancel?.();
    const { telemetry, clock } = this.options;
    repository.polling = timed(telemetry, clock, "watch", () => this.look(repoURL, repository)).then((isWhole) => {
      repository.failures = isWhole ? 0 : repository.failures + 1;
      repository.polling = undefined;
      const again = repository.again;
      repository.again = false;
      if (this.repositories.get(repoURL) !== repository) return;
      if (again) void this.poll(repoURL, repository);
      else this.schedule(repoURL, repository);
    });
    await repository.polling;
  }

  /** Asks for each revision that is followed; whether all was found out and told. */
  private async look(repoURL: string, repository: Repository): Promise<boolean> {
    let isWhole = true;
    const { clock } = this.options;
    const startedMs = clock.monotonic();
    for (const revision of [...repository.commits.keys()]) {
      const place = { repoURL, revision };
      // One answer of the repository serves all its revisions.
      const outcome = await this.lookAt(place, repository, clock.monotonic() - startedMs);
      if (outcome === "told") continue;
      isWhole = false;
      // Who does not answer for one revision will not for the others.
      if (outcome === "unreachable") break;
    }
    return isWhole;
  }

  private async lookAt(
    place: FollowedRevision,
    repository: Repository,
    maxAgeMs: number,
  ): Promise<"told" | "failed" | "unreachable"> {
    const { source, onChange, onGone } = this.options;
    const { repoURL, revision } = place;
    let commit: string;
    try {
      ({ commit } = await source.resolve(repoURL, revision, { maxAgeMs }));
    } catch (error) {
      this.warn(place, error);
      if (!(error instanceof FleetwrightError) || error.kind !== "input") return "unreachable";
      onGone(place);
      return "told";
    }
    const from = repository.commits.get(revision);
    if (commit === from || !repository.commits.has(revision)) return "told";
    try {
      await onChange({ ...place, from, to: commit });
    } catch (error) {
      this.warn(place, error);
      return "failed";
    }
    // Only now: a commit that could not be told to all is news to the next look too.
    if (repository.commits.has(revision)) repository.commits.set(revision, commit);
    return "told";
  }

  private warn({ repoURL, revision }: FollowedRevision, error: unknown): void {
    this.options.telemetry.log.warn("a repository cannot be watched", {
      repo: normalizeRepositoryURL(repoURL),
      revision,
      error: formatError(error),
    });
  }
}

function idOf({ repoURL, revision }: FollowedRevision): string {
  return `${repoURL}\n${revision}`;
}

function samePlace(a: FollowedRevision, b: FollowedRevision): boolean {
  return a.repoURL === b.repoURL && a.revision === b.revision;
}
