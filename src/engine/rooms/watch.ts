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
  readonly intervalMs: () => number;
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
}

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
        repository = { commits: new Map(), cancel: undefined, polling: undefined, again: false };
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

  /** Looks at a repository now: a webhook says that something was pushed. Whether anybody reads it. */
  async poke(matches: (repoURL: string) => boolean): Promise<boolean> {
    const found = [...this.repositories].filter(([repoURL]) => matches(repoURL));
    await Promise.all(found.map(([repoURL, repository]) => this.poll(repoURL, repository)));
    return found.length > 0;
  }

  stop(): void {
    this.stopped = true;
    for (const { cancel } of this.repositories.values()) cancel?.();
  }

  private schedule(repoURL: string, repository: Repository): void {
    const intervalMs = this.options.intervalMs();
    if (this.stopped || intervalMs <= 0) return;
    const ms = intervalMs + this.options.random() * this.options.jitterMs();
    repository.cancel = this.options.clock.schedule(ms, () => void this.poll(repoURL, repository));
  }

  private async poll(repoURL: string, repository: Repository): Promise<void> {
    if (repository.polling !== undefined) {
      repository.again = true;
      return await repository.polling;
    }
    repository.cancel?.();
    repository.polling = this.look(repoURL, repository).finally(() => {
      repository.polling = undefined;
      const again = repository.again;
      repository.again = false;
      if (this.repositories.get(repoURL) !== repository) return;
      if (again) void this.poll(repoURL, repository);
      else this.schedule(repoURL, repository);
    });
    await repository.polling;
  }

  private async look(repoURL: string, repository: Repository): Promise<void> {
    const { source, telemetry, clock, onChange, onGone } = this.options;
    await timed(telemetry, clock, "watch", async () => {
      for (const [revision, from] of [...repository.commits]) {
        const place = { repoURL, revision };
        try {
          const { commit } = await source.resolve(repoURL, revision, { maxAgeMs: 0 });
          if (commit === from || !repository.commits.has(revision)) continue;
          repository.commits.set(revision, commit);
          await onChange({ ...place, from, to: commit });
        } catch (error) {
          telemetry.log.warn("a repository cannot be watched", {
            repo: normalizeRepositoryURL(repoURL),
            revision,
            error: formatError(error),
          });
          if (error instanceof FleetwrightError && error.kind === "input") onGone(place);
          else break;
        }
      }
    });
  }
}

function idOf({ repoURL, revision }: FollowedRevision): string {
  return `${repoURL}\n${revision}`;
}

function samePlace(a: FollowedRevision, b: FollowedRevision): boolean {
  return a.repoURL === b.repoURL && a.revision === b.revision;
}
