import { ExternalError } from "../../core/errors.js";
import { objectAt, stringAt } from "../../core/manifest/value.js";
import { parseJson } from "../../core/yaml/json.js";
import type { RepositoryCredentials } from "../../ports/source.js";
import { authorizationOf, type BoundedHttp, checkStatus } from "../http/bounded-get.js";

/** What a 401 asks for. */
export type Challenge =
  | { readonly scheme: "basic" }
  | { readonly scheme: "bearer"; readonly realm: string; readonly service: string | undefined };

export function challengeOf(header: string): Challenge | undefined {
  if (/^basic\b/i.test(header)) return { scheme: "basic" };
  if (!/^bearer\b/i.test(header)) return undefined;
  const parameters = new Map(
    [...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name.toLowerCase(), value]),
  );
  const realm = parameters.get("realm");
  return realm === undefined ? undefined : { scheme: "bearer", realm, service: parameters.get("service") };
}

const maxTokenBytes = 1024 * 1024;

/** The header that answers a challenge: the credentials themselves, or a token that the realm gives for them. */
export async function authorize(
  http: BoundedHttp,
  of: {
    readonly challenge: Challenge;
    readonly credentials: RepositoryCredentials | undefined;
    readonly scope: string;
    /** The registry's. */
    readonly origin: string;
    readonly signal?: AbortSignal;
  },
): Promise<{ readonly value: string; readonly seconds: number }> {
  const { challenge, credentials, scope, origin, signal } = of;
  const own = authorizationOf(credentials);
  if (challenge.scheme === "basic" || credentials?.bearerToken !== undefined) return { value: own ?? "", seconds: 300 };
  if (!URL.canParse(challenge.realm))
    throw new ExternalError("the registry sends for a token to what is no URL", { code: "REGISTRY_DENIED" });
  const url = new URL(challenge.realm);
  if (url.protocol !== "https:" && origin.startsWith("https:"))
    throw new ExternalError("the registry sends for a token without TLS, which is refused", { code: "REGISTRY_DENIED" });
  if (challenge.service !== undefined) url.searchParams.set("service", challenge.service);
  url.searchParams.set("scope", scope);
  // The realm may be another host: the protocol has the credentials sent there, and only there.
  const bound = { origin: url.origin, ...(own ? { authorization: own } : {}) };
  const answer = await http.get({ url: url.href, bound, maxBytes: maxTokenBytes, ...(signal ? { signal } : {}) });
  checkStatus(answer, url.href, "token of the registry");
  const value = parseJson(new TextDecoder().decode(answer.bytes), { file: "token" });
  const body = objectAt({ value }, "value");
  const token = stringAt(body, "token") || stringAt(body, "access_token");
  if (token === "") throw new ExternalError("the registry's realm gives no token", { code: "REGISTRY_DENIED" });
  const seconds = Number(body["expires_in"] ?? 60);
  return { value: `Bearer ${token}`, seconds: Math.max(10, Number.isFinite(seconds) ? seconds - 10 : 50) };
}
