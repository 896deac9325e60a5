import type { SelfHealSettings } from "../core/decisions/self-heal.js";
import { compileGlobOrRegexList } from "../core/project/matchers.js";
import { parseGoDurationMs } from "../core/tracking/go-duration.js";

/** argocd-cmd-params-cm, read once for each of its versions: what Argo CD gives its processes as flags. */
export interface ControllerParameters {
  /** Patterns of namespaces, besides the control plane's, whose Applications are reconciled. */
  readonly applicationNamespaces: readonly string[];
  readonly applicationSetNamespaces: readonly string[];
  readonly selfHeal: SelfHealSettings;
  /** How long a sync may run; 0 for ever. */
  readonly syncTimeoutMs: number;
  /** Compare by server-side dry runs unless an Application says otherwise. */
  readonly serverSideDiff: boolean;
  /** Applications that are reconciled at once; undefined: our own default. */
  readonly statusProcessors: number | undefined;
  readonly waveDelayMs: number | undefined;
  readonly jqTimeoutMs: number | undefined;
  /** How many of its Applications an ApplicationSet's status lists; 0 for all. */
  readonly setStatusCount: number;
  /** How Argo CD gives clusters to its shards; undefined: Applications are shared one by one. */
  readonly shardingAlgorithm: string | undefined;
  /** Labels of Applications, of ApplicationSets and of clusters that are shown as metrics. */
  readonly metricLabels: {
    readonly applications: readonly string[];
    readonly applicationSets: readonly string[];
    readonly clusters: readonly string[];
  };
}

/** Flags of the command line that win over the ConfigMap. */
export interface ParameterOverrides {
  readonly applicationNamespaces?: readonly string[];
  readonly applicationSetNamespaces?: readonly string[];
  /** Labels of ApplicationSets that are shown as metrics. */
  readonly applicationSetLabels?: readonly string[];
}

/** Texts that cannot be read count as absent, as everywhere in the settings. */
export function readParameters(data: Readonly<Record<string, string>>, overrides: ParameterOverrides = {}): ControllerParameters {
  const seconds = (key: string): number | undefined => numberIn(data[key]);
  const initial = seconds("controller.self.heal.backoff.timeout.seconds") ?? 2;
  const waveDelay = seconds("controller.sync.wave.delay.seconds");
  return {
    applicationNamespaces: overrides.applicationNamespaces ?? listIn(data["application.namespaces"]),
    applicationSetNamespaces: overrides.applicationSetNamespaces ?? listIn(data["applicationsetcontroller.namespaces"]),
    selfHeal: {
      timeoutMs: (seconds("controller.self.heal.timeout.seconds") ?? 5) * 1000,
      // Argo CD: a first wait of 0 turns the back-off off; the fixed wait counts then.
      ...(initial > 0
        ? {
            backoff: {
              initialMs: initial * 1000,
              factor: seconds("controller.self.heal.backoff.factor") ?? 3,
              capMs: (seconds("controller.self.heal.backoff.cap.seconds") ?? 300) * 1000,
            },
          }
        : {}),
    },
    syncTimeoutMs: (seconds("controller.sync.timeout.seconds") ?? 0) * 1000,
    serverSideDiff: data["controller.diff.server.side"] === "true",
    statusProcessors: positive(seconds("controller.status.processors")),
    waveDelayMs: waveDelay === undefined ? undefined : waveDelay * 1000,
    shardingAlgorithm: data["controller.sharding.algorithm"] || undefined,
    metricLabels: {
      applications: listIn(data["controller.metrics.application.labels"]),
      // Argo CD has a flag of its ApplicationSet controller only; its manifests name no key.
      applicationSets: overrides.applicationSetLabels ?? listIn(data["applicationsetcontroller.metrics.applicationset.labels"]),
      clusters: listIn(data["controller.metrics.cluster.labels"]),
    },
    // Argo CD: more would come near to what etcd takes as one object.
    setStatusCount: seconds("applicationsetcontroller.status.max.resources.count") ?? 5_000,
    jqTimeoutMs: positive(parseGoDurationMs(data["controller.ignore.normalizer.jq.timeout"] ?? "")),
  };
}

/** Whether a namespace is the control plane's or matches one of the patterns (globs, or `/regular expressions/`). */
export function namespaceTest(controlNamespace: string, patterns: readonly string[]): (namespace: string) => boolean {
  const matches = compileGlobOrRegexList(patterns);
  return (namespace) => namespace === controlNamespace || matches(namespace);
}

function listIn(text: string | undefined): readonly string[] {
  return (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}
