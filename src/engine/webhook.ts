import { InputError } from "../core/errors.js";
import { isObject, objectAt, stringAt } from "../core/manifest/value.js";
import { isScpLike } from "../core/render/repository-url.js";
import { utf8DecodeLossy } from "../platform/bytes.js";
import { equalInConstantTime, hmacHex } from "../platform/hash.js";

/** What a push webhook says. */
export interface PushedChange {
  /** The repository's addresses, as the sender knows them. */
  readonly urls: readonly string[];
  /** `refs/heads/main`; "" where the event names none. */
  readonly ref: string;
}

/**
 * Reads a GitHub webhook: undefined for events that are no push. With a secret the signature must fit (compared in constant time); throws
 * InputError WEBHOOK_SIGNATURE or WEBHOOK_BODY.
 */
export function readGithubPush(
  headers: Readonly<Record<string, string | undefined>>,
  rawBody: Uint8Array,
  secret: string | undefined,
): PushedChange | undefined {
  if (secret) {
    const given = headers["x-hub-signature-256"] ?? "";
    const expected = `sha256=${hmacHex("sha256", secret, rawBody)}`;
    if (!equalInConstantTime(given, expected))
      throw new InputError("the webhook's signature does not fit", { code: "WEBHOOK_SIGNATURE" });
  }
  const event = headers["x-github-event"] ?? "";
  if (event !== "push") return undefined;
  const body = parse(utf8DecodeLossy(rawBody));
  const repository = objectAt(body, "repository");
  const urls = ["html_url", "clone_url", "ssh_url", "git_url"]
    .map((key) => stringAt(repository, key))
    .filter((url) => url !== "");
  if (urls.length === 0) throw new InputError("the webhook names no repository", { code: "WEBHOOK_BODY" });
  return { urls, ref: stringAt(body, "ref") };
}

/** Whether a repository URL in any spelling (https, ssh, scp-like) is one of the addresses. */
export function isSameRepository(repoURL: string, urls: readonly string[]): boolean {
  const own = placeOf(repoURL);
  return urls.some((url) => placeOf(url) === own);
}

function parse(text: string): ReturnType<typeof objectAt> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Falls through: the error below says it all.
  }
  throw new InputError("the webhook's body is not a JSON object", { code: "WEBHOOK_BODY" });
}

/** `host/path` without protocol, user, port, `ssh.` prefix and `.git`. */
function placeOf(url: string): string {
  let text = url.trim().toLowerCase();
  if (isScpLike(text)) text = text.replace(/^[^@]*@/, "").replace(":", "/");
  else text = text.replace(/^[a-z+]+:\/\//, "").replace(/^[^/@]*@/, "");
  return text
    .replace(/^([^/:]*):\d+/, "$1")
    .replace(/^(alt)?ssh\./, "")
    .replace(/\/+$/, "")
    .replace(/\.git$/, "")
    .replace(/\/+/g, "/");
}
