import { InputError } from "../../core/errors.js";
import { isObject, stringAt } from "../../core/manifest/value.js";
import { versionOf } from "../../core/semver/version.js";
import { parseYaml } from "../../core/yaml/parse.js";
import type { ResolvedChart } from "../../ports/registry.js";
import type { CredentialsFor, RepositoryCredentials } from "../../ports/source.js";
import { type ArchiveCache, checkDigest, isDigest, sha256, verify } from "../charts/archive-cache.js";
import { pickVersion } from "../charts/pick-version.js";
import { type Answer, authorizationOf, type BoundedHttp, checkStatus, httpUrl } from "../http/bounded-get.js";

export interface HelmRepositoryOptions {
  readonly http: BoundedHttp;
  readonly cache: ArchiveCache;
  readonly credentials: CredentialsFor;
  readonly maxIndexBytes: number;
  readonly maxArchiveBytes: number;
  /** Milliseconds that never go backwards. */
  readonly monotonic: () => number;
}

interface IndexEntry {
  readonly url: string;
  readonly digest: string | undefined;
  /** What the index says instead of a digest. */
  readonly damaged?: string;
}

interface Asked {
  readonly repoURL: string;
  /** The one that may see the repository's credentials. */
  readonly origin: string;
  readonly url: string;
  readonly maxBytes: number;
  readonly headers: Readonly<Record<string, string>>;
}

interface Index {
  readonly charts: ReadonlyMap<string, ReadonlyMap<string, IndexEntry>>;
  readonly etag: string | undefined;
  readonly modified: string | undefined;
  readonly readAt: number;
}

/** Classic chart repositories: an index.yaml and the archives it names, wherever they lie. */
export class HelmRepository {
  private readonly indexes = new Map<string, Index>();
  private readonly running = new Map<string, Promise<Index>>();
  /** Digests of archives whose index tells none. */
  private readonly digests = new Map<string, string>();

  constructor(private readonly options: HelmRepositoryOptions) {}

  async resolve(
    repoURL: string,
    chart: string,
    revision: string,
    maxAgeMs: number,
    signal?: AbortSignal,
  ): Promise<ResolvedChart> {
    const versions = (await this.index(repoURL, maxAgeMs, signal)).charts.get(chart);
    const version = pickVersion([...(versions?.keys() ?? [])], revision, chart);
    const { digest, url } = versions!.get(version)!;
    return { repoURL, chart, version, id: digest ?? `${version} ${url}` };
  }

  async archive(resolved: ResolvedChart, signal?: AbortSignal): Promise<Uint8Array> {
    const { repoURL, chart, version } = resolved;
    const entry = (await this.index(repoURL, Number.POSITIVE_INFINITY, signal)).charts.get(chart)?.get(version);
    if (entry === undefined) throw new InputError(`chart ${chart} has no version ${version} any more`, { code: "CHART_VERSION" });
    const digest = entry.digest ?? this.digests.get(entry.url);
    const known = digest && (await this.options.cache.get(digest));
    if (known) return known;
    if (entry.damaged !== undefined) checkDigest(entry.damaged);
    const origin = new URL(resolved.passCredentials ? entry.url : repoURL).origin;
    const answer = await this.get(
      { repoURL, origin, url: entry.url, maxBytes: this.options.maxArchiveBytes, headers: {} },
      signal,
    );
    checkStatus(answer, entry.url, `chart ${chart} ${version}`);
    if (entry.digest !== undefined) verify(answer.bytes, entry.digest, `chart ${chart} ${version}`);
    const actual = sha256(answer.bytes);
    this.digests.set(entry.url, actual);
    await this.options.cache.put(actual, answer.bytes);
    return answer.bytes;
  }

  private async index(repoURL: string, maxAgeMs: number, signal?: AbortSignal): Promise<Index> {
    const known = this.indexes.get(repoURL);
    if (known && this.options.monotonic() - known.readAt <= maxAgeMs) return known;
    // Calls for one repository share one request.
    const shared = this.running.get(repoURL);
    if (shared) return await shared;
    const asked = this.readIndex(repoURL, known, signal).finally(() => this.running.delete(repoURL));
    this.running.set(repoURL, asked);
    return await asked;
  }

  private async readIndex(repoURL: string, known: Index | undefined, signal?: AbortSignal): Promise<Index> {
    const { origin } = httpUrl(repoURL);
    const url = below(repoURL, "index.yaml");
    const condition = {
      ...(known?.etag ? { "if-none-match": known.etag } : {}),
      ...(known?.modified ? { "if-modified-since": known.modified } : {}),
    };
    const answer = await this.get({ repoURL, origin, url, maxBytes: this.options.maxIndexBytes, headers: condition }, signal);
    const readAt = this.options.monotonic();
    if (answer.status === 304 && known) {
      const index = { ...known, readAt };
      this.indexes.set(repoURL, index);
      return index;
    }
    checkStatus(answer, url, "chart repository");
    const index: Index = {
      charts: chartsOf(answer.bytes, repoURL),
      etag: answer.headers.get("etag"),
      modified: answer.headers.get("last-modified"),
      readAt,
    };
    this.indexes.set(repoURL, index);
    return index;
  }

  private async get({ repoURL, origin, url, maxBytes, headers }: Asked, signal: AbortSignal | undefined): Promise<Answer> {
    const credentials = this.options.credentials(repoURL) ?? userOf(repoURL);
    const authorization = authorizationOf(credentials);
    const bound = {
      origin,
      ...(authorization ? { authorization } : {}),
      ...(credentials ? { credentials } : {}),
    };
    return await this.options.http.get({ url, headers, bound, maxBytes, ...(signal ? { signal } : {}) });
  }
}

/** Name and password within the URL itself. */
function userOf(repoURL: string): RepositoryCredentials | undefined {
  const { username, password } = new URL(repoURL);
  if (username === "") return undefined;
  return { username: decoded(username), password: decoded(password) };
}

/** A `%` that escapes nothing stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function below(repoURL: string, reference: string): string {
  const base = new URL(repoURL);
  base.username = base.password = "";
  base.pathname = `${base.pathname.replace(/\/+$/, "")}/`;
  const url = new URL(reference, base);
  // Some servers want the repository's query (a token) with each file (Helm).
  if (url.origin === base.origin && url.search === "") url.search = base.search;
  return url.href;
}

function chartsOf(bytes: Uint8Array, repoURL: string): Index["charts"] {
  const budget = { bytes: bytes.length + 1, nodes: 5_000_000 };
  const index = parseYaml(bytes, { dialect: "kubernetes", file: "index.yaml", duplicateKeys: "last", budget });
  const entries = isObject(index) ? index["entries"] : undefined;
  if (!isObject(index) || !isObject(entries ?? {}))
    throw new InputError("index.yaml is no index of charts", { code: "REGISTRY_INDEX", location: { file: "index.yaml" } });
  const charts = new Map<string, Map<string, IndexEntry>>();
  for (const [name, list] of Object.entries(isObject(entries) ? entries : {})) {
    const versions = new Map<string, IndexEntry>();
    for (const entry of Array.isArray(list) ? list : []) {
      const [reference] = isObject(entry) && Array.isArray(entry["urls"]) ? entry["urls"] : [];
      if (!isObject(entry) || typeof reference !== "string") continue;
      const version = stringAt(entry, "version");
      const url = urlOf(reference, repoURL);
      // One entry that makes no sense does not take the others along (Helm).
      if (url === undefined || versions.has(version) || versionOf(version) === undefined) continue;
      versions.set(version, { url, ...digestOf(stringAt(entry, "digest")) });
    }
    charts.set(name, versions);
  }
  return charts;
}

function urlOf(reference: string, repoURL: string): string | undefined {
  try {
    return below(repoURL, reference);
  } catch {
    return undefined;
  }
}

function digestOf(text: string): Pick<IndexEntry, "digest" | "damaged"> {
  const digest = text === "" ? undefined : `sha256:${text.toLowerCase().replace(/^sha256:/, "")}`;
  return digest === undefined || isDigest(digest) ? { digest } : { digest: undefined, damaged: text };
}
