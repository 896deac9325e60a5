import { InputError } from "../core/errors.js";
import { isObject, type ValueObject } from "../core/manifest/value.js";
import { isScpLike } from "../core/render/repository-url.js";
import { utf8DecodeLossy } from "../platform/bytes.js";
import { azureDevOps } from "./webhooks/azure-devops.js";
import { bitbucket } from "./webhooks/bitbucket.js";
import { bitbucketServer } from "./webhooks/bitbucket-server.js";
import { gitea } from "./webhooks/gitea.js";
import { github } from "./webhooks/github.js";
import { gitlab } from "./webhooks/gitlab.js";
import type { WebhookEvent, WebhookProvider, WebhookRequest, WebhookSecrets } from "./webhooks/provider.js";
import { registry } from "./webhooks/registry.js";
import type { Replays } from "./webhooks/replays.js";
import { unresolvedSecret } from "./webhooks/secret-references.js";

/** In this order: Gitea also sends GitHub's headers, and a registry's request is one that nobody else claims. */
const providers: readonly WebhookProvider[] = [azureDevOps, gitea, github, gitlab, bitbucket, bitbucketServer, registry];

const secretNames = [
  "webhook.github.secret",
  "webhook.gitlab.secret",
  "webhook.bitbucket.uuid",
  "webhook.bitbucketserver.secret",
  "webhook.gogs.secret",
  "webhook.azuredevops.password",
  "webhook.registry.secret",
  "webhook.harbor.secret",
  unresolvedSecret,
];

/**
 * What a webhook says, after its sender has shown that it knows the secret: nothing is parsed before. Where any secret is configured a
 * provider without one is refused, unless `webhook.allowUnauthenticated` is "true" (Argo CD takes it: a forger would say to be another
 * provider). Throws InputError WEBHOOK_SIGNATURE, WEBHOOK_REPLAYED or WEBHOOK_BODY.
 */
export function readWebhook(request: WebhookRequest, secrets: WebhookSecrets, replays?: Pick<Replays, "serve">): WebhookEvent {
  const provider = providers.find(({ claims }) => claims(request.headers))!;
  const authentication = provider.authenticate(request, secrets);
  if (authentication === "forged")
    throw new InputError(`the webhook's signature or token is not that of ${provider.name}`, { code: "WEBHOOK_SIGNATURE" });
  if (
    authentication === "unset" &&
    secretNames.some((name) => secrets[name]) &&
    secrets["webhook.allowUnauthenticated"] !== "true"
  )
    throw new InputError(`no webhook secret is configured for ${provider.name}`, { code: "WEBHOOK_SIGNATURE" });
  let parsed: ValueObject | undefined;
  const event = provider.read(request.headers, () => (parsed ??= parse(utf8DecodeLossy(request.body))));
  if (event.kind === "none" || authentication !== "genuine" || provider.signs !== true) return event;
  const servedMs = replays?.serve(request.body);
  if (servedMs === undefined) return event;
  throw new InputError(`this very webhook was served ${Math.round(servedMs / 1000)} s ago`, { code: "WEBHOOK_REPLAYED" });
}

/** Whether a repository that is followed may have changed by what the webhook tells of. */
export function mayHaveChanged(repoURL: string, event: WebhookEvent): boolean {
  if (event.kind === "none") return false;
  if (event.kind !== "artifact") return isSameRepository(repoURL, event.urls);
  // A chart's repoURL may be the folder that it is in.
  const own = placeOf(repoURL);
  return event.urls.some((url) => placeOf(url) === own || placeOf(url).startsWith(`${own}/`));
}

/** Whether a repository URL in any spelling (https, ssh, scp-like) is one of the addresses. */
export function isSameRepository(repoURL: string, urls: readonly string[]): boolean {
  const own = placeOf(repoURL);
  return urls.some((url) => placeOf(url) === own);
}

function parse(text: string): ValueObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Falls through: the error below says it all.
  }
  throw new InputError("the webhook's body is not a JSON object", { code: "WEBHOOK_BODY" });
}

/** `host/path` without protocol, user, port, `ssh.` prefix and `.git`. */
export function placeOf(url: string): string {
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
