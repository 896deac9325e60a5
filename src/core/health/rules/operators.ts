import type { HealthStatus } from "../health.js";
import type { KindRule, RuleStep } from "./rule.js";

const suspended: RuleStep = { flag: "spec.suspend", gives: "Suspended", message: "$kind is suspended" };

/** A condition that is True when all is well and False when it is not; Unknown or absent is still on its way. */
function settled(type: string, waiting: string, kinds: readonly string[]): KindRule {
  return {
    kinds,
    steps: [
      { condition: type, is: "False", gives: "Degraded" },
      { condition: type, is: "True", gives: "Healthy" },
    ],
    otherwise: ["Progressing", waiting],
  };
}

/** Strimzi: a NotReady condition is the failure. */
function strimzi(kind: string, waiting: string): KindRule {
  return {
    kinds: [`kafka.strimzi.io/${kind}`],
    steps: [
      { condition: "NotReady", is: "True", notReason: ["Creating"], gives: "Degraded" },
      { condition: "Ready", is: "True", gives: "Healthy", message: "" },
    ],
    otherwise: ["Progressing", waiting],
  };
}

/** Flux: Ready decides; Unknown with Reconciling is work in progress, anything else a failure. */
function flux(kinds: readonly string[]): KindRule {
  return {
    kinds,
    steps: [
      suspended,
      { condition: "Ready", is: "True", gives: "Healthy", message: "$reason" },
      { condition: "Ready", is: "Unknown", gives: "Progressing", message: "$reason" },
      { condition: "Ready", is: "False", gives: "Degraded", message: "$reason" },
    ],
    otherwise: ["Progressing", "Status unknown"],
  };
}

/** A phase text with its meanings. */
function phases(
  kinds: readonly string[],
  values: { readonly [phase: string]: HealthStatus },
  waiting: string,
  field = "status.phase",
): KindRule {
  return { kinds, steps: [{ field, values }], otherwise: ["Progressing", waiting] };
}

const analysisPhases: { readonly [phase: string]: HealthStatus } = {
  Pending: "Progressing",
  Running: "Progressing",
  Successful: "Healthy",
  Failed: "Degraded",
  Error: "Degraded",
  Inconclusive: "Unknown",
};

/** prometheus-operator's workloads. */
function prometheusWorkload(kinds: readonly string[]): KindRule {
  return {
    kinds,
    steps: [
      { condition: "Available", is: "True", gives: "Healthy", message: "All instances are available" },
      { condition: "Available", reason: ["SomePodsNotReady"], gives: "Progressing" },
      { condition: "Available", gives: "Degraded" },
    ],
    otherwise: ["Progressing", "Waiting for initialization"],
  };
}

/** What Argo CD ships as scripts for the most used operators, as tables; behaviour and words follow it. */
export const operatorRules: readonly KindRule[] = [
  {
    kinds: ["cert-manager.io/Certificate", "certmanager.k8s.io/Certificate"],
    steps: [
      { condition: "Issuing", is: "True", gives: "Progressing" },
      { condition: "Ready", is: "False", gives: "Degraded" },
      { condition: "Ready", is: "True", gives: "Healthy" },
    ],
    otherwise: ["Progressing", "Waiting for certificate"],
  },
  settled("Ready", "Initializing issuer", ["cert-manager.io/Issuer", "certmanager.k8s.io/Issuer"]),
  settled("Ready", "Initializing ClusterIssuer", ["cert-manager.io/ClusterIssuer"]),
  settled("Ready", "Waiting for ExternalSecret", ["external-secrets.io/ExternalSecret"]),
  settled("Ready", "Waiting for SecretStore", ["external-secrets.io/SecretStore", "external-secrets.io/ClusterSecretStore"]),
  settled("Synced", "Waiting for Sealed Secret to be decrypted", ["bitnami.com/SealedSecret"]),
  settled("Ready", "Waiting for NodePool to be ready", ["karpenter.sh/NodePool"]),
  {
    kinds: ["karpenter.sh/NodeClaim"],
    steps: [
      { condition: "Disrupting", is: "True", gives: "Suspended" },
      { condition: "Ready", is: "False", gives: "Degraded" },
      { condition: "Ready", is: "True", gives: "Healthy" },
    ],
    otherwise: ["Progressing", "Waiting for NodeClaim to be ready"],
  },
  settled("Ready", "Waiting for EC2NodeClass to be ready", ["karpenter.k8s.aws/EC2NodeClass"]),
  {
    kinds: ["keda.sh/ScaledObject"],
    steps: [
      { condition: "Fallback", is: "True", gives: "Degraded" },
      { condition: "Ready", is: "False", gives: "Degraded" },
      { condition: "Paused", is: "True", gives: "Suspended" },
      { condition: "Ready", is: "True", gives: "Healthy" },
    ],
    otherwise: ["Progressing", "Creating HorizontalPodAutoscaler Object"],
  },
  {
    kinds: ["keda.sh/ScaledJob"],
    steps: [
      { condition: "Ready", is: "False", gives: "Degraded" },
      { condition: "Ready", is: "Unknown", gives: "Degraded" },
      { condition: "Paused", is: "True", gives: "Suspended" },
      { condition: "Ready", is: "True", gives: "Healthy" },
    ],
    otherwise: ["Progressing", "Waiting for ScaledJob"],
  },
  strimzi("Kafka", "Waiting for Kafka Cluster"),
  strimzi("KafkaTopic", "Waiting for Kafka Topic"),
  strimzi("KafkaUser", "Waiting for Kafka User"),
  strimzi("KafkaConnect", "Waiting for Kafka Connect"),
  strimzi("KafkaBridge", "Waiting for Kafka Bridge"),
  strimzi("KafkaMirrorMaker2", "Waiting for Kafka Mirror Maker 2"),
  flux([
    "kustomize.toolkit.fluxcd.io/Kustomization",
    "helm.toolkit.fluxcd.io/HelmRelease",
    "source.toolkit.fluxcd.io/GitRepository",
    "source.toolkit.fluxcd.io/HelmChart",
    "source.toolkit.fluxcd.io/OCIRepository",
    "source.toolkit.fluxcd.io/Bucket",
    "image.toolkit.fluxcd.io/ImageRepository",
    "image.toolkit.fluxcd.io/ImagePolicy",
    "image.toolkit.fluxcd.io/ImageUpdateAutomation",
    "notification.toolkit.fluxcd.io/Receiver",
  ]),
  {
    ...flux(["source.toolkit.fluxcd.io/HelmRepository"]),
    steps: [
      suspended,
      {
        field: "spec.type",
        values: { oci: "Healthy" },
        messages: { oci: "Helm repositories of type 'oci' do not contain any information in the status." },
      },
      ...flux([]).steps,
    ],
  },
  {
    kinds: ["argoproj.io/Rollout"],
    steps: [
      { lag: "status.observedGeneration", message: "Waiting for rollout spec update to be observed" },
      {
        field: "status.phase",
        values: { Paused: "Suspended", Healthy: "Healthy", Progressing: "Progressing", Degraded: "Degraded" },
        messageAt: "status.message",
      },
      { condition: "InvalidSpec", gives: "Degraded" },
      { condition: "Progressing", reason: ["RolloutAborted", "ProgressDeadlineExceeded"], gives: "Degraded" },
      { flag: "status.pauseConditions", gives: "Suspended", message: "Rollout is paused" },
      { flag: "spec.paused", gives: "Suspended", message: "Rollout is paused" },
      { condition: "Available", is: "True", gives: "Healthy", message: "" },
    ],
    otherwise: ["Progressing", "Waiting for rollout to finish: status has not been reconciled."],
  },
  {
    kinds: ["argoproj.io/AnalysisRun"],
    steps: [
      {
        field: "status.phase",
        values: analysisPhases,
        messageAt: "status.message",
        messages: {
          Pending: "Analysis run is running",
          Running: "Analysis run is running",
          Successful: "Analysis run completed successfully",
          Failed: "Analysis run failed",
          Error: "Analysis run had an error",
          Inconclusive: "Analysis run was inconclusive",
        },
      },
    ],
    otherwise: ["Progressing", "Waiting for analysis run to finish: status has not been reconciled."],
  },
  {
    kinds: ["argoproj.io/Experiment"],
    steps: [
      {
        field: "status.phase",
        values: analysisPhases,
        messages: {
          Pending: "Experiment is pending",
          Running: "Experiment is running",
          Successful: "Experiment is successful",
          Failed: "Experiment has failed",
          Error: "Experiment had an error",
        },
      },
    ],
    otherwise: ["Progressing", "Waiting for experiment to finish: status has not been reconciled."],
  },
  {
    kinds: ["argoproj.io/ApplicationSet"],
    steps: [
      { condition: "ErrorOccurred", is: "True", gives: "Degraded" },
      { condition: "RolloutProgressing", is: "True", gives: "Progressing" },
      { condition: "ResourcesUpToDate", is: "True", gives: "Healthy" },
      { condition: "ResourcesUpToDate", is: "False", gives: "Degraded" },
    ],
    otherwise: ["Progressing", "Waiting for the status to be reported"],
  },
  {
    kinds: ["cluster.x-k8s.io/Cluster"],
    steps: [
      { flag: "spec.paused", gives: "Suspended", message: "Cluster is paused" },
      { condition: "Ready", is: "False", gives: "Degraded" },
      { field: "status.phase", values: { Provisioned: "Healthy", Failed: "Degraded" } },
    ],
    otherwise: ["Progressing", "Waiting for clusters"],
  },
  {
    kinds: ["acid.zalan.do/postgresql"],
    steps: [
      {
        field: "status.PostgresClusterStatus",
        values: { Running: "Healthy", Creating: "Progressing", Updating: "Progressing" },
        else: "Degraded",
      },
    ],
    otherwise: ["Progressing", "Waiting for postgres cluster status..."],
  },
  prometheusWorkload([
    "monitoring.coreos.com/Prometheus",
    "monitoring.coreos.com/Alertmanager",
    "monitoring.coreos.com/ThanosRuler",
  ]),
  {
    kinds: ["kyverno.io/Policy", "kyverno.io/ClusterPolicy"],
    steps: [{ condition: "Ready", is: "True", reason: ["Succeeded"], gives: "Healthy", message: "Policy is ready" }],
    otherwise: ["Progressing", "Waiting for Policy to be ready"],
  },
  {
    kinds: ["apiextensions.k8s.io/CustomResourceDefinition"],
    steps: [
      { condition: "Terminating", is: "True", gives: "Progressing", message: "CRD is terminating: $message" },
      { condition: "NamesAccepted", is: "False", gives: "Degraded", message: "CRD names have not been accepted: $message" },
      { condition: "NonStructuralSchema", is: "True", gives: "Degraded", message: "Schema violations found: $message" },
      { condition: "Established", is: "False", reason: ["Installing"], gives: "Progressing", message: "CRD is being installed" },
      { condition: "Established", is: "True", gives: "Healthy", message: "CRD is healthy" },
      { condition: "Established", gives: "Degraded", message: "CRD is not established" },
    ],
    otherwise: ["Progressing", "Status conditions not found"],
  },
  {
    kinds: ["serving.knative.dev/Service"],
    steps: [
      { condition: "Ready", is: "False", gives: "Degraded" },
      { condition: "ConfigurationsReady", is: "False", gives: "Degraded" },
      { condition: "RoutesReady", is: "False", gives: "Degraded" },
      { condition: "Ready", is: "True", gives: "Healthy", message: "Knative Service is healthy." },
    ],
    otherwise: ["Progressing", "Waiting for status update."],
  },
  {
    kinds: ["pkg.crossplane.io/Provider", "pkg.crossplane.io/Configuration", "pkg.crossplane.io/Function"],
    steps: [
      { condition: "Installed", is: "False", gives: "Degraded", message: "$reason" },
      { condition: "Healthy", is: "False", gives: "Degraded", message: "$reason" },
      { condition: "Healthy", is: "Unknown", gives: "Degraded", message: "$reason" },
      { condition: "Healthy", is: "True", gives: "Healthy", message: "$reason" },
    ],
    otherwise: ["Progressing", "Waiting for the package to be installed"],
  },
  {
    kinds: ["*.crossplane.io/*", "*.upbound.io/*"],
    steps: [
      { condition: "Synced", is: "False", reason: ["ReconcilePaused"], gives: "Suspended", message: "$reason" },
      { condition: "LastAsyncOperation", is: "False", gives: "Degraded" },
      { condition: "Synced", is: "False", gives: "Degraded" },
      ...["Ready", "Healthy", "Offered", "Established", "ValidPipeline", "RevisionHealthy"].map(
        (condition): RuleStep => ({ condition, is: "True", gives: "Healthy", message: "Resource is up-to-date." }),
      ),
    ],
    otherwise: ["Progressing", "Provisioning ..."],
  },
  phases(
    ["velero.io/Backup", "velero.io/Restore"],
    {
      Completed: "Healthy",
      Failed: "Degraded",
      PartiallyFailed: "Degraded",
      FailedValidation: "Degraded",
      InProgress: "Progressing",
    },
    "Waiting for the backup to start",
  ),
  phases(
    ["velero.io/BackupStorageLocation"],
    { Available: "Healthy", Unavailable: "Degraded" },
    "Waiting for the first validation",
  ),
  phases(
    ["longhorn.io/Volume"],
    { healthy: "Healthy", degraded: "Degraded", faulted: "Degraded", unknown: "Progressing" },
    "Waiting for the volume",
    "status.robustness",
  ),
];
