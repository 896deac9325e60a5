import type { KubernetesObject } from "../core/manifest/object.js";
import type { Clock } from "../ports/clock.js";
import type { ClusterPort } from "../ports/cluster.js";
import type { Telemetry } from "../ports/telemetry.js";
import { kubernetesTime } from "./application.js";

export interface EventNote {
  readonly type: "Normal" | "Warning";
  /** Argo CD's reasons: ResourceUpdated, OperationStarted, OperationCompleted, StatusRefreshed, … */
  readonly reason: string;
  readonly message: string;
}

const burst = 25;
const refillEveryMs = 20_000;
const mostWaiting = 5000;

/**
 * Kubernetes Events about Applications and ApplicationSets, written behind the work: a few at a time, never in its way, and (as client-go
 * does) at most a burst per object.
 */
export class EventRecorder {
  private readonly waiting: KubernetesObject[] = [];
  private readonly budgets = new Map<string, { tokens: number; at: number }>();
  private running = 0;
  private count = 0;
  private stopped = false;

  constructor(
    private readonly options: {
      readonly hub: ClusterPort;
      readonly clock: Clock;
      readonly telemetry: Telemetry;
      readonly component: string;
      readonly concurrency?: number;
    },
  ) {}

  note(about: KubernetesObject, note: EventNote): void {
    if (this.stopped || !this.mayNote(about.metadata.uid ?? about.metadata.name) || this.waiting.length >= mostWaiting) return;
    const now = this.options.clock.now();
    const time = kubernetesTime(now);
    const { name, namespace = "default", uid, resourceVersion } = about.metadata;
    this.waiting.push({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: `${name}.${now.toString(16)}${(this.count++).toString(16).padStart(4, "0")}`, namespace },
      involvedObject: { apiVersion: about.apiVersion, kind: about.kind, name, namespace, uid, resourceVersion },
      reason: note.reason,
      message: note.message.slice(0, 1024),
      type: note.type,
      source: { component: this.options.component },
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
      reportingComponent: this.options.component,
      reportingInstance: "",
    });
    this.pump();
  }

  stop(): void {
    this.stopped = true;
    this.waiting.length = 0;
  }

  private pump(): void {
    while (this.running < (this.options.concurrency ?? 2) && this.waiting.length > 0) {
      const event = this.waiting.shift()!;
      this.running++;
      void this.options.hub
        .create(event)
        .catch((error: unknown) => this.options.telemetry.log.debug("an event was not written", { error: String(error) }))
        .finally(() => {
          this.running--;
          this.pump();
        });
    }
  }

  private mayNote(uid: string): boolean {
    const now = this.options.clock.monotonic();
    const budget = this.budgets.get(uid) ?? { tokens: burst, at: now };
    const refilled = Math.min(burst, budget.tokens + (now - budget.at) / refillEveryMs);
    if (this.budgets.size > 20_000) this.budgets.clear();
    this.budgets.set(uid, { tokens: Math.max(0, refilled - 1), at: now });
    return refilled >= 1;
  }
}
