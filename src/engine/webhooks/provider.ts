import { InputError } from "../../core/errors.js";
import { listAt, stringAt, type ValueObject } from "../../core/manifest/value.js";
import { base64Decode, utf8DecodeLossy } from "../../platform/bytes.js";
import { equalInConstantTime, hmacHex } from "../../platform/hash.js";

/** Header names are lower-case; the body is what was sent, byte by byte. */
export interface WebhookRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** The data of argocd-secret. */
export type WebhookSecrets = Readonly<Record<string, string>>;

/** What a webhook says: a hint to look, never a fact. What has changed is read from the source itself. */
export type WebhookEvent =
  | {
      readonly kind: "push";
      /** The repository's addresses, as the sender knows them. */
      readonly urls: readonly string[];
      /** `refs/heads/main`, as far as the event names them. */
      readonly refs: readonly string[];
    }
  | { readonly kind: "pull-request"; readonly urls: readonly string[] }
  /** Something was pushed to a registry: `ghcr.io/acme/charts/web`. */
  | { readonly kind: "artifact"; readonly urls: readonly string[]; readonly tag: string }
  | { readonly kind: "none" };

/** One kind of sender. Adding one is a file that obeys this, and a line in `webhook.ts`. */
export interface WebhookProvider {
  readonly name: string;
  /** What is proved is the body, not only the sender: see `Replays`. */
  readonly signs?: true;
  /** Whether a request with these headers is this provider's. */
  readonly claims: (headers: WebhookRequest["headers"]) => boolean;
  /** Whether the sender knows the secret; "unset" where none is configured. Looks at bytes only, in constant time. */
  readonly authenticate: (request: WebhookRequest, secrets: WebhookSecrets) => Authentication;
  /** What an authenticated request says; `body` parses it, and throws WEBHOOK_BODY where it is no JSON object. */
  readonly read: (headers: WebhookRequest["headers"], body: () => ValueObject) => WebhookEvent;
}

export type Authentication = "genuine" | "forged" | "unset";

/** Compares `prefix` + HMAC-SHA256 of the body with what was given. */
export function bySignature(
  given: string | undefined,
  { body }: WebhookRequest,
  secret: string | undefined,
  prefix = "",
): Authentication {
  if (!secret) return "unset";
  return equalInConstantTime(given ?? "", prefix + hmacHex("sha256", secret, body)) ? "genuine" : "forged";
}

/** Compares a token that the sender repeats in each request. */
export function byToken(given: string | undefined, secret: string | undefined): Authentication {
  if (!secret) return "unset";
  return equalInConstantTime(given ?? "", secret) ? "genuine" : "forged";
}

/** User and password of HTTP's basic authentication; empty where there is none. */
export function basicCredentials(headers: WebhookRequest["headers"]): { readonly username: string; readonly password: string } {
  const encoded = /^basic +([A-Za-z0-9+/=]+) *$/i.exec(headers["authorization"] ?? "")?.[1] ?? "";
  const bytes = base64Decode(encoded);
  const text = bytes === undefined ? "" : utf8DecodeLossy(bytes);
  const colon = text.indexOf(":");
  return colon < 0 ? { username: "", password: "" } : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

export const none: WebhookEvent = { kind: "none" };

export function push(urls: readonly string[], refs: readonly string[]): WebhookEvent {
  return { kind: "push", urls: named(urls), refs: [...new Set(refs.filter((ref) => ref !== ""))] };
}

export function pullRequest(urls: readonly string[]): WebhookEvent {
  return { kind: "pull-request", urls: named(urls) };
}

export function artifact(urls: readonly string[], tag: string): WebhookEvent {
  return { kind: "artifact", urls: named(urls), tag };
}

/** The strings at some keys that are there. */
export function stringsAt(object: ValueObject, ...keys: readonly string[]): readonly string[] {
  return keys.map((key) => stringAt(object, key)).filter((text) => text !== "");
}

/** The strings below a list of objects. */
export function pluck(object: ValueObject, list: string, key: string): readonly string[] {
  return listAt(object, list).map((item) => stringAt(item as ValueObject, key));
}

function named(urls: readonly string[]): readonly string[] {
  const given = [...new Set(urls.filter((url) => url !== ""))];
  if (given.length === 0) throw new InputError("the webhook names no repository", { code: "WEBHOOK_BODY" });
  return given;
}
