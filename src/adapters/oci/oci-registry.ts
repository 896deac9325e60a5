import { ExternalError, InputError } from "../../core/errors.js";
import { isObject, objectAt, stringAt, type Value, type ValueObject } from "../../core/manifest/value.js";
import { parseJson } from "../../core/yaml/json.js";
import type { ResolvedChart } from "../../ports/registry.js";
import type { CredentialsFor } from "../../ports/source.js";
import { type ArchiveCache, checkDigest, sha256, verify } from "../charts/archive-cache.js";
import { pickVersion } from "../charts/pick-version.js";
import { type Answer, type BoundedHttp, checkStatus } from "../http/bounded-get.js";
import { authorize, type Challenge, challengeOf } from "./token.js";

export interface OciOptions {
  readonly http: BoundedHttp;
  readonly cache: ArchiveCache;
  readonly credentials: CredentialsFor;
  readonly maxArchiveBytes: number;
  /** Registries that are spoken to without TLS, by `host:port`. */
  readonly plainHosts?: Pick<ReadonlySet<string>, "has">;
  readonly monotonic: () => number;
}

interface Place {
  readonly repoURL: string;
  readonly origin: string;
  readonly name: string;
}

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const layerType = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const maxDocumentBytes = 4 * 1024 * 1024;
const mostPages = 100;

/** Charts in registries of the OCI distribution protocol: tags → manifest → the one layer that is the packed chart. */
export class OciRegistry {
  private readonly tags = new Map<string, { readonly tags: readonly string[]; readonly readAt: number }>();
  /** Digests of manifests by tag. */
  private readonly digests = new Map<string, { readonly digest: string; readonly readAt: number }>();
  private readonly challenges = new Map<string, Challenge>();
  private readonly authorizations = new Map<string, { readonly value: string; readonly until: number }>();

  constructor(private readonly options: OciOptions) {}

  async resolve(
    repoURL: string,
    chart: string,
    revision: string,
    maxAgeMs: number,
    signal?: AbortSignal,
  ): Promise<ResolvedChart> {
    const place = this.placeOf(repoURL, chart);
    if (/^sha256:/.test(revision)) return { repoURL, chart, version: revision, id: checkDigest(revision) };
    // A tag cannot hold a `+` (Helm writes `_`).
    const isExact = /^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/.test(revision);
    const version = isExact ? revision : pickVersion(await this.listTags(place, maxAgeMs, signal), revision, place.name);
    const key = `${place.origin}/${place.name}:${version}`;
    const known = this.digests.get(key);
    if (known && this.options.monotonic() - known.readAt <= maxAgeMs) return { repoURL, chart, version, id: known.digest };
    const { digest } = await this.manifest(place, version.replaceAll("+", "_"), signal);
    this.digests.set(key, { digest, readAt: this.options.monotonic() });
    return { repoURL, chart, version, id: digest };
  }

  async archive({ repoURL, chart, version, id }: ResolvedChart, signal?: AbortSignal): Promise<Uint8Array> {
    const place = this.placeOf(repoURL, chart);
    const what = `chart ${place.name} ${version}`;
    const { layer } = await this.manifest(place, id, signal);
    const digest = checkDigest(stringAt(layer, "digest"));
    const known = await this.options.cache.get(digest);
    if (known) return known;
    const answer = await this.get(place, `/blobs/${digest}`, { maxBytes: this.options.maxArchiveBytes, signal });
    checkStatus(answer, place.origin, what);
    verify(answer.bytes, digest, what);
    await this.options.cache.put(digest, answer.bytes);
    return answer.bytes;
  }

  private placeOf(repoURL: string, chart: string): Place {
    const text = repoURL.replace(/^oci:\/\//, "").replace(/\/+$/, "");
    const [host = "", ...path] = [...text.split("/"), ...(chart === "" ? [] : chart.split("/"))];
    const name = path.join("/");
    const isName = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/.test(name);
    if (!isName || !/^[\w.-]+(:\d+)?$/.test(host))
      throw new InputError(`${JSON.stringify(`${text}/${chart}`)} names no chart of a registry`, { code: "REGISTRY_URL" });
    const isPlain = this.options.plainHosts?.has(host) || this.options.credentials(repoURL)?.plainHttp;
    return { repoURL, origin: `${isPlain ? "http" : "https"}://${host}`, name };
  }

  private async listTags(place: Place, maxAgeMs: number, signal?: AbortSignal): Promise<readonly string[]> {
    const key = `${place.origin}/${place.name}`;
    const known = this.tags.get(key);
    if (known && this.options.monotonic() - known.readAt <= maxAgeMs) return known.tags;
    const tags: string[] = [];
    let path: string | undefined = "/tags/list?n=1000";
    for (let page = 0; path !== undefined && page < mostPages; page++) {
      const answer: Answer = await this.get(place, path, { maxBytes: maxDocumentBytes, signal });
      checkStatus(answer, place.origin, `tags of ${place.name}`);
      const listed = json(answer)["tags"];
      for (const tag of Array.isArray(listed) ? listed : []) if (typeof tag === "string") tags.push(tag.replaceAll("_", "+"));
      const next = /[?&]([^>]*)>\s*;\s*rel="?next/.exec(answer.headers.get("link") ?? "");
      path = next ? `/tags/list?${next[1]}` : undefined;
    }
    this.tags.set(key, { tags, readAt: this.options.monotonic() });
    return tags;
  }

  private async manifest(place: Place, reference: string, signal?: AbortSignal): Promise<{ digest: string; layer: ValueObject }> {
    const answer = await this.get(place, `/manifests/${reference}`, { accept: manifestType, maxBytes: maxDocumentBytes, signal });
    checkStatus(answer, place.origin, `chart ${place.name} ${reference}`);
    const promised = reference.startsWith("sha256:") ? reference : answer.headers.get("docker-content-digest");
    if (promised?.startsWith("sha256:")) verify(answer.bytes, promised, `the manifest of ${place.name}`);
    const layers = json(answer)["layers"];
    const layer = (Array.isArray(layers) ? layers : []).find((one: Value) => isObject(one) && one["mediaType"] === layerType);
    if (!isObject(layer)) throw new InputError(`${place.name} ${reference} is no chart`, { code: "REGISTRY_NOT_CHART" });
    return { digest: sha256(answer.bytes), layer };
  }

  private async get(
    place: Place,
    path: string,
    options: { readonly accept?: string; readonly maxBytes: number; readonly signal: AbortSignal | undefined },
  ): Promise<Answer> {
    const { accept, maxBytes, signal } = options;
    const credentials = this.options.credentials(place.repoURL);
    const key = `${place.origin}/${place.name}`;
    for (let isSecond = false; ; isSecond = true) {
      const known = this.authorizations.get(key);
      const isValid = known !== undefined && known.until > this.options.monotonic();
      const challenge = this.challenges.get(key);
      if (!isValid && challenge) this.authorizations.set(key, await this.authorize(place, challenge, signal));
      const authorization = this.authorizations.get(key)?.value;
      const bound = {
        origin: place.origin,
        ...(authorization ? { authorization } : {}),
        ...(credentials ? { credentials } : {}),
      };
      const url = `${place.origin}/v2/${place.name}${path}`;
      const more = { ...(accept ? { headers: { accept } } : {}), ...(signal ? { signal } : {}) };
      const answer = await this.options.http.get({ url, bound, maxBytes, ...more });
      if (answer.status !== 401 || isSecond) return answer;
      const asked = challengeOf(answer.headers.get("www-authenticate") ?? "");
      if (asked === undefined) return answer;
      this.challenges.set(key, asked);
      this.authorizations.delete(key);
    }
  }

  private async authorize(
    place: Place,
    challenge: Challenge,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly value: string; readonly until: number }> {
    const credentials = this.options.credentials(place.repoURL);
    const { value, seconds } = await authorize(this.options.http, {
      challenge,
      credentials,
      scope: `repository:${place.name}:pull`,
      origin: place.origin,
      ...(signal ? { signal } : {}),
    });
    return { value, until: this.options.monotonic() + seconds * 1000 };
  }
}

function json({ bytes }: Answer): ValueObject {
  let value: Value;
  try {
    value = parseJson(new TextDecoder().decode(bytes), { file: "registry" });
  } catch (cause) {
    throw new ExternalError("the registry answers no JSON", { code: "REGISTRY_ANSWER", cause });
  }
  return objectAt({ value }, "value");
}
