import type { Clock } from "../../ports/clock.js";
import type { WebhookSecrets } from "./provider.js";

const maxAgeMs = 5_000;

/** argocd-secret as webhooks need it: read at most once in five seconds, however many come. A read that fails fails the webhook. */
export class WebhookSecretReader {
  private known: { readonly atMs: number; readonly secrets: Promise<WebhookSecrets> } | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly read: () => Promise<WebhookSecrets>,
  ) {}

  async get(): Promise<WebhookSecrets> {
    const now = this.clock.now();
    if (this.known !== undefined && now - this.known.atMs < maxAgeMs) return await this.known.secrets;
    const known = { atMs: now, secrets: this.read() };
    this.known = known;
    try {
      return await known.secrets;
    } catch (error) {
      if (this.known === known) this.known = undefined;
      throw error;
    }
  }
}
