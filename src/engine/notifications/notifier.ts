import { FleetwrightError, formatError } from "../../core/errors.js";
import { asValue, type KubernetesObject } from "../../core/manifest/object.js";
import { secretData } from "../../core/manifest/secret-data.js";
import { listAt, objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";
import { type NotificationConfig, readNotificationConfig, redacted } from "../../core/notifications/config.js";
import { deliveryOf } from "../../core/notifications/deliveries.js";
import { type ConditionResult, dependsOnTime, evaluateTrigger } from "../../core/notifications/evaluate-triggers.js";
import {
  notifiedAnnotation,
  notifyingAnnotation,
  readState,
  stateKey,
  writeState,
} from "../../core/notifications/notified-state.js";
import { renderMessage } from "../../core/notifications/render-message.js";
import { type NotificationDestination, subscribedDestinations } from "../../core/notifications/subscriptions.js";
import { type CommitMetadata, notificationVariables } from "../../core/notifications/variables.js";
import type { Clock } from "../../ports/clock.js";
import type { ClusterPort } from "../../ports/cluster.js";
import { ClusterError } from "../../ports/cluster-error.js";
import type { NotificationPort } from "../../ports/notifications.js";
import type { SourcePort } from "../../ports/source.js";
import type { Telemetry } from "../../ports/telemetry.js";
import { applicationOf } from "../application.js";
import { type Informer, isPartial } from "../informer.js";
import { keyOfObject, objectOfKey } from "../object-key.js";
import { type Handled, WorkQueue } from "../work-queue.js";
import { Rests } from "./rests.js";

export const notificationsConfigMap = "argocd-notifications-cm";
const notificationsSecret = "argocd-notifications-secret";

export interface NotifierOptions {
  readonly hub: ClusterPort;
  readonly namespace: string;
  readonly applications: Informer;
  readonly projects: Informer;
  readonly configMaps: Informer;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly port: NotificationPort;
  /** Says what a commit is, for templates; a source may be missing. */
  readonly describe: SourcePort["describe"];
  /** Whether this replica works on an Application, and holds it whole; absent: on all. */
  /** How long a service is left alone that did not take a notification; twice as long each time. */
  readonly firstRestMs?: number;
  readonly mayTell?: (key: string, object: KubernetesObject) => boolean;
}

const secretAgeMs = 30_000;
const timedAgainMs = 30_000;
/** Who began to tell and said nothing more for so long is gone. */
const abandonedMs = 120_000;
const attempts = 4;
const firstDelayMs = 500;

interface Due {
  readonly key: string;
  readonly trigger: string;
  readonly result: ConditionResult;
  readonly destination: NotificationDestination;
}

/**
 * Tells people of Applications, by Argo CD's own ConfigMap, Secret and annotations. Before anything is sent its key is written into the Application, at the
 * version that was looked at: of many replicas one wins. What could not be sent is taken out again and comes back with back-off.
 */
export class Notifier {
  private readonly queue: WorkQueue;
  private readonly sending = new Set<string>();
  private readonly rests: Rests;
  private config: { readonly of: KubernetesObject; readonly secrets: string; readonly config: NotificationConfig } | undefined;
  private secrets: { readonly data: Readonly<Record<string, string>>; readonly atMs: number } | undefined;

  constructor(private readonly options: NotifierOptions) {
    const { clock, telemetry } = options;
    this.rests = new Rests(clock, options.firstRestMs);
    this.queue = new WorkQueue({
      clock,
      concurrency: 8,
      handle: (key) => this.reconcile(key),
      onError: (key, error) => telemetry.log.error("notifying failed", { key, error: this.safe(error) }),
      onDepth: (depth) => telemetry.metrics.gauge("fleetwright_queue_depth", { queue: "notifications" }, depth),
    });
  }

  start(): void {
    this.queue.start();
    this.addAll();
  }

  async stop(): Promise<void> {
    await this.queue.stop();
  }

  /** Something happened to an Application. */
  add(key: string): void {
    this.queue.add(key);
  }

  /** What all Applications depend on has changed: the ConfigMap, a project. */
  addAll(): void {
    for (const object of this.options.applications.values()) this.queue.add(keyOfObject(object));
  }

  whenIdle(): Promise<void> {
    return this.queue.whenIdle();
  }

  private async reconcile(key: string): Promise<Handled> {
    const object = objectOfKey(this.options.applications, key);
    if (object && this.options.mayTell?.(key, object) === false) return { kind: "done" };
    const config = await this.readConfig();
    // Of what another replica works on only a part is held here.
    if (!object || isPartial(object) || !config) return { kind: "done" };
    const subscriptions = this.subscriptionsOf(config, object);
    if (subscriptions.size === 0) return { kind: "done" };
    const nowMs = this.options.clock.now();
    const variables = notificationVariables({
      application: asValue(object),
      context: config.context,
      nowMs,
      commits: await this.commitsOf(object, config),
    });
    const { due, state, notifying, restMs } = this.decide(config, object, { subscriptions, variables, nowMs });
    const isTimed = [...subscriptions.keys()].some((trigger) => dependsOnTime(config, trigger));
    const written = await this.writeStates(object, state, notifying);
    if (written === "conflict") return { kind: "retryAfter", ms: 50 };
    const failedMs = await this.sendAll(config, written, { due, variables, nowMs });
    const againMs = Math.min(restMs, failedMs, isTimed ? timedAgainMs : Number.POSITIVE_INFINITY);
    return againMs === Number.POSITIVE_INFINITY ? { kind: "done" } : { kind: "retryAfter", ms: againMs };
  }

  /** What is to be told now, the state once it is, and when the first of those that rest may be tried again. */
  private decide(
    config: NotificationConfig,
    object: KubernetesObject,
    at: {
      readonly subscriptions: ReadonlyMap<string, readonly NotificationDestination[]>;
      readonly variables: Readonly<Record<string, unknown>>;
      readonly nowMs: number;
    },
  ): {
    readonly due: readonly Due[];
    readonly state: Map<string, number>;
    readonly notifying: Map<string, number>;
    readonly restMs: number;
  } {
    const { metrics } = this.options.telemetry;
    const annotations = object.metadata.annotations ?? {};
    const state = new Map(readState(annotations[notifiedAnnotation]));
    const notifying = new Map(readState(annotations[notifyingAnnotation]));
    for (const [key, seconds] of notifying) {
      if (this.sending.has(`${object.metadata.uid} ${key}`) || at.nowMs - seconds * 1000 < abandonedMs) continue;
      notifying.delete(key);
      state.delete(key);
    }
    const due: Due[] = [];
    let restMs = Number.POSITIVE_INFINITY;
    for (const [trigger, destinations] of at.subscriptions) {
      const results = evaluateTrigger(config, trigger, at.variables);
      if (!results) {
        this.options.telemetry.log.debug("a trigger is not configured", { trigger, application: object.metadata.name });
        continue;
      }
      for (const result of results) {
        metrics.count("argocd_notifications_trigger_eval_total", { name: trigger, triggered: String(result.isTriggered) });
        for (const destination of destinations) {
          const key = stateKey(trigger, result, destination);
          const leftMs = this.rests.leftMs(`${object.metadata.uid} ${key}`);
          if (!result.isTriggered) state.delete(key);
          else if (!state.has(key) && leftMs > 0) restMs = Math.min(restMs, leftMs);
          else if (!state.has(key)) {
            state.set(key, Math.floor(at.nowMs / 1000));
            notifying.set(key, Math.floor(at.nowMs / 1000));
            due.push({ key, trigger, result, destination });
          }
        }
      }
    }
    return { due, state, notifying, restMs };
  }

  /** When what failed may be tried again, in milliseconds; Infinity where nothing has to be. */
  private async sendAll(
    config: NotificationConfig,
    object: KubernetesObject,
    what: { readonly due: readonly Due[]; readonly variables: Readonly<Record<string, unknown>>; readonly nowMs: number },
  ): Promise<number> {
    if (what.due.length === 0) return Number.POSITIVE_INFINITY;
    const outcomes = await Promise.all(
      what.due.map(async (due) => {
        const mark = `${object.metadata.uid} ${due.key}`;
        this.sending.add(mark);
        try {
          return { due, failure: await this.sendOne(config, object, due, what) };
        } finally {
          this.sending.delete(mark);
        }
      }),
    );
    // What the service will never take stays told: trying again would not help.
    const again = outcomes.filter(({ failure }) => failure?.isFinal === false).map(({ due }) => due.key);
    const marks = again.map((key) => `${object.metadata.uid} ${key}`);
    // Before anything is written: the change that this makes is seen at once.
    const restsMs = marks.map((mark) => this.rests.begin(mark));
    for (const { due, failure } of outcomes) if (failure === undefined) this.rests.end(`${object.metadata.uid} ${due.key}`);
    await this.settle(
      object,
      what.due.map(({ key }) => key),
      again,
    );
    return Math.min(Number.POSITIVE_INFINITY, ...restsMs);
  }

  private async sendOne(
    config: NotificationConfig,
    object: KubernetesObject,
    { trigger, result, destination }: Due,
    { variables, nowMs }: { readonly variables: Readonly<Record<string, unknown>>; readonly nowMs: number },
  ): Promise<{ readonly isFinal: boolean } | undefined> {
    const { clock, port, telemetry } = this.options;
    const fields = { application: object.metadata.name, trigger, service: destination.service };
    const count = (succeeded: boolean): void =>
      telemetry.metrics.count("argocd_notifications_deliveries_total", {
        trigger,
        service: destination.service,
        succeeded: String(succeeded),
      });
    for (let attempt = 1; ; attempt++) {
      try {
        const service = config.services.get(destination.service);
        if (!service) throw new UnknownService(`there is no service ${destination.service}`);
        const own = {
          ...variables,
          context: { ...config.context, notificationType: service.type },
          secrets: this.secrets?.data ?? {},
          serviceType: service.type,
          recipient: destination.recipient,
        };
        await port.send(deliveryOf(service, renderMessage(config, result.templates, own, { nowMs }), destination));
        count(true);
        telemetry.log.info("notified", fields);
        return undefined;
      } catch (error) {
        const isFinal = error instanceof UnknownService || (error instanceof FleetwrightError && error.kind === "input");
        if (!isFinal && !(error instanceof FleetwrightError)) throw error;
        if (!isFinal && attempt < attempts) {
          await clock.sleep(firstDelayMs * 2 ** (attempt - 1));
          continue;
        }
        count(false);
        telemetry.log.warn("a notification was not delivered", { ...fields, error: this.safe(error) });
        return { isFinal };
      }
    }
  }

  /** Writes the states at the version that was looked at; "conflict" where the Application has changed since. */
  private async writeStates(
    object: KubernetesObject,
    state: ReadonlyMap<string, number>,
    notifying: ReadonlyMap<string, number>,
  ): Promise<KubernetesObject | "conflict"> {
    const annotations = object.metadata.annotations ?? {};
    const wanted = { [notifiedAnnotation]: writeState(state), [notifyingAnnotation]: writeState(notifying) };
    const changed = Object.fromEntries(Object.entries(wanted).filter(([key, text]) => (annotations[key] ?? null) !== text));
    if (Object.keys(changed).length === 0) return object;
    const { resourceVersion } = object.metadata;
    try {
      return await this.patch(object, { metadata: { resourceVersion, annotations: changed } });
    } catch (error) {
      if (error instanceof ClusterError && error.reason === "Conflict") return "conflict";
      if (error instanceof ClusterError && error.status === 404) return object;
      throw error;
    }
  }

  /** Takes the marks of this process off, and the keys that are to come again. */
  private async settle(object: KubernetesObject, told: readonly string[], again: readonly string[]): Promise<void> {
    const { hub } = this.options;
    for (let attempt = 1; ; attempt++) {
      const fresh = attempt === 1 ? object : await hub.get(refOf(object));
      if (!fresh) return;
      const annotations = fresh.metadata.annotations ?? {};
      const state = new Map(readState(annotations[notifiedAnnotation]));
      const notifying = new Map(readState(annotations[notifyingAnnotation]));
      for (const key of told) notifying.delete(key);
      for (const key of again) state.delete(key);
      const written = await this.writeStates(fresh, state, notifying);
      if (written !== "conflict" || attempt >= 8) return;
    }
  }

  private async patch(object: KubernetesObject, patch: unknown): Promise<KubernetesObject> {
    const written = await this.options.hub.patch(refOf(object), patch, { type: "merge", fieldManager: "argocd-notifications" });
    this.options.applications.assume(written);
    return written;
  }

  private subscriptionsOf(
    config: NotificationConfig,
    object: KubernetesObject,
  ): ReadonlyMap<string, readonly NotificationDestination[]> {
    const { namespace, projects } = this.options;
    const project = projects.get(namespace, applicationOf(object).project);
    const annotated = [object, project].map((one) => one?.metadata.annotations ?? {});
    return subscribedDestinations(config, annotated, object.metadata.labels ?? {});
  }

  /** The ConfigMap with the Secret's values, read again when either has changed; undefined where there is none. */
  private async readConfig(): Promise<NotificationConfig | undefined> {
    const { clock, configMaps, hub, namespace, telemetry } = this.options;
    const map = configMaps.get(namespace, notificationsConfigMap);
    if (!map) return undefined;
    if (this.secrets === undefined || clock.monotonic() - this.secrets.atMs > secretAgeMs) {
      const secret = await hub.get({ apiVersion: "v1", kind: "Secret", namespace, name: notificationsSecret });
      this.secrets = { data: secret ? secretData(secret) : {}, atMs: clock.monotonic() };
    }
    const secrets = JSON.stringify(this.secrets.data);
    if (this.config?.of === map && this.config.secrets === secrets) return this.config.config;
    const read = readNotificationConfig((map["data"] ?? {}) as Readonly<Record<string, string>>, this.secrets.data);
    const url = stringAt(objectAt(configMaps.get(namespace, "argocd-cm") as unknown as ValueObject | undefined, "data"), "url");
    const config = { ...read, context: { ...(url === "" ? {} : { argocdUrl: url }), ...read.context } };
    for (const problem of config.problems)
      telemetry.log.warn("a setting of the notifications cannot be read", { error: redacted(problem, config.secrets) });
    this.config = { of: map, secrets, config };
    this.rests.clear();
    return config;
  }

  /** The commits that expressions and templates may ask of; looked up only where one does. */
  private async commitsOf(object: KubernetesObject, config: NotificationConfig): Promise<ReadonlyMap<string, CommitMetadata>> {
    const found = new Map<string, CommitMetadata>();
    if (!asksForCommits(config)) return found;
    const { sources, status, operation } = applicationOf(object);
    const repoURL = stringAt(sources[0], "repoURL");
    const state = objectAt(status, "operationState");
    const revisions = [
      stringAt(objectAt(status, "sync"), "revision"),
      ...listAt(objectAt(status, "sync"), "revisions").map(String),
      stringAt(objectAt(state, "syncResult"), "revision"),
      stringAt(objectAt(objectAt(state, "operation"), "sync"), "revision"),
      stringAt(objectAt(operation, "sync"), "revision"),
    ].filter((revision) => /^[0-9a-f]{40,64}$/.test(revision));
    for (const revision of new Set(revisions))
      await this.options.describe(repoURL, revision).then(
        (commit) => found.set(revision, commit),
        // A template that asks for it says so itself.
        () => undefined,
      );
    return found;
  }

  private safe(error: unknown): string {
    return redacted(formatError(error), Object.values(this.secrets?.data ?? {}));
  }
}

class UnknownService extends Error {}

function asksForCommits({ triggers, templates }: NotificationConfig): boolean {
  const wants = (text: string): boolean => text.includes("GetCommitMetadata");
  return (
    [...triggers.values()].flat().some(({ when }) => wants(when)) ||
    [...templates.values()].some((template) => wants(JSON.stringify(template)))
  );
}

function refOf({ apiVersion, kind, metadata }: KubernetesObject) {
  const { name, namespace } = metadata;
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}
