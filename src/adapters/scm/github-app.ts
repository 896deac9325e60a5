import { createHash, createSign } from "node:crypto";
import { fetch } from "undici";
import { ExternalError, InputError } from "../../core/errors.js";
import { isObject, stringAt, type Value, type ValueObject } from "../../core/manifest/value.js";
import type { Clock } from "../../ports/clock.js";
import { segments } from "./pages.js";

const marginMs = 300_000;
const defaultLifeMs = 3_600_000;

/**
 * Tokens of GitHub Apps' installations. One is kept until shortly before it ends: a new token for each question costs a request of its own, and
 * under another token the host's tags count for nothing.
 */
export class InstallationTokens {
  private readonly tokens = new Map<string, { readonly token: string; readonly untilMs: number }>();

  constructor(private readonly clock: Pick<Clock, "now">) {}

  /** From `githubAppID`, `githubAppInstallationID` and `githubAppPrivateKey` of the Secret. Throws InputError SCM_SECRET, ExternalError SCM_HTTP. */
  async tokenOf(api: string, secret: Readonly<Record<string, string>>): Promise<string> {
    const { githubAppID: issuer, githubAppInstallationID: installation, githubAppPrivateKey: key } = secret;
    if (!issuer || !installation || !key)
      throw new InputError("the GitHub App's Secret needs githubAppID, githubAppInstallationID and githubAppPrivateKey", {
        code: "SCM_SECRET",
      });
    const nowMs = this.clock.now();
    const name = createHash("sha256")
      .update(JSON.stringify([api, issuer, installation, key]))
      .digest("base64url");
    const known = this.tokens.get(name);
    if (known !== undefined && nowMs < known.untilMs) return known.token;
    const body = await askFor(`${api}/app/installations/${segments(installation)}/access_tokens`, signed(issuer, key, nowMs));
    const expiresMs = Date.parse(stringAt(body, "expires_at"));
    const token = stringAt(body, "token");
    this.tokens.set(name, { token, untilMs: (Number.isNaN(expiresMs) ? nowMs + defaultLifeMs : expiresMs) - marginMs });
    return token;
  }
}

function signed(issuer: string, key: string, nowMs: number): string {
  const issuedAt = Math.floor(nowMs / 1000) - 60;
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = `${encode({ alg: "RS256", typ: "JWT" })}.${encode({ iat: issuedAt, exp: issuedAt + 600, iss: issuer })}`;
  try {
    return `${claims}.${createSign("RSA-SHA256").update(claims).sign(key).toString("base64url")}`;
  } catch {
    throw new InputError("githubAppPrivateKey is no private key", { code: "SCM_SECRET" });
  }
}

async function askFor(url: string, jwt: string): Promise<ValueObject> {
  const { host } = new URL(url);
  const response = await fetch(url, {
    method: "POST",
    headers: { accept: "application/json", authorization: `Bearer ${jwt}`, "user-agent": "fleetwright" },
    redirect: "manual",
  }).catch((cause: Error & { cause?: Error }) => {
    throw new ExternalError(`${host} cannot be reached: ${cause.cause?.message ?? cause.message}`, {
      code: "SCM_UNREACHABLE",
      cause,
    });
  });
  const body = (await response.json().catch(() => null)) as Value;
  if (isObject(body) && stringAt(body, "token") !== "") return body;
  throw new ExternalError(`${host} gives no token for the GitHub App's installation: ${response.status}`, { code: "SCM_HTTP" });
}
