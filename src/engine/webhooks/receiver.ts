import { secretData } from "../../core/manifest/secret-data.js";
import { normalizeRepositoryURL } from "../../core/render/repository-url.js";
import type { Clock } from "../../ports/clock.js";
import type { ClusterPort } from "../../ports/cluster.js";
import type { Telemetry } from "../../ports/telemetry.js";
import type { Informer } from "../informer.js";
import { keyOfObject } from "../object-key.js";
import { mayHaveChanged, readWebhook } from "../webhook.js";
import { asksAgain } from "./generators.js";
import { Replays } from "./replays.js";
import { resolveSecretReferences } from "./secret-references.js";
import { WebhookSecretReader } from "./secrets.js";

export interface WebhookReceiverOptions {
  readonly hub: ClusterPort;
  readonly namespace: string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly sets: () => Informer;
  readonly addSet: (key: string) => void;
  /** Looks at the repositories that an event concerns; whether any is read. */
  readonly poke: (concerns: (repoURL: string) => boolean) => boolean;
}

/** What a webhook names, and whether anybody reads that. */
export interface WebhookAnswer {
  readonly repositories: readonly string[];
  readonly followed: boolean;
}

/** Takes webhooks of git hosts and registries: whoever reads what changed looks at once. */
export class WebhookReceiver {
  private readonly secrets: WebhookSecretReader;
  private readonly replays: Replays;

  constructor(private readonly options: WebhookReceiverOptions) {
    const { hub, namespace, clock } = options;
    this.replays = new Replays(clock);
    this.secrets = new WebhookSecretReader(clock, async () => {
      const get = (name: string) => hub.get({ apiVersion: "v1", kind: "Secret", namespace, name });
      const secret = await get("argocd-secret");
      return await resolveSecretReferences(secret === undefined ? {} : secretData(secret), async (name) => {
        const other = await get(name);
        return other?.metadata.labels?.["app.kubernetes.io/part-of"] === "argocd" ? secretData(other) : undefined;
      });
    });
  }

  async receive(headers: Readonly<Record<string, string | undefined>>, rawBody: Uint8Array): Promise<WebhookAnswer> {
    const event = readWebhook({ headers, body: rawBody }, await this.secrets.get(), this.replays);
    if (event.kind === "none") return { repositories: [], followed: false };
    const sets = [...this.options.sets().values()].filter((set) => asksAgain(set, event));
    for (const set of sets) this.options.addSet(keyOfObject(set));
    // Nobody waits for the look: git hosts give an answer ten seconds, and a host that is slow would have its webhooks counted as failed.
    const found = this.options.poke((repoURL) => mayHaveChanged(repoURL, event));
    // Only of repositories that are read: what strangers name must not become series.
    if (found) {
      const repo = normalizeRepositoryURL(event.urls[0]!);
      this.options.telemetry.metrics.count("argocd_webhook_requests_total", { repo });
    }
    return { repositories: event.urls, followed: found || sets.length > 0 };
  }
}
