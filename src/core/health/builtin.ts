import type { HealthCheck } from "./health.js";
import { apiServiceHealth } from "./kinds/api-service.js";
import { daemonSetHealth } from "./kinds/daemon-set.js";
import { deploymentHealth } from "./kinds/deployment.js";
import { horizontalPodAutoscalerHealth } from "./kinds/horizontal-pod-autoscaler.js";
import { ingressHealth } from "./kinds/ingress.js";
import { jobHealth } from "./kinds/job.js";
import { persistentVolumeClaimHealth } from "./kinds/persistent-volume-claim.js";
import { podHealth } from "./kinds/pod.js";
import { replicaSetHealth } from "./kinds/replica-set.js";
import { serviceHealth } from "./kinds/service.js";
import { statefulSetHealth } from "./kinds/stateful-set.js";
import { workflowHealth } from "./kinds/workflow.js";

/** The checks of Kubernetes' own kinds (and Workflow), by `group/Kind`, core kinds by `Kind`. */
export const builtinChecks: ReadonlyMap<string, HealthCheck> = new Map([
  ["apps/Deployment", deploymentHealth],
  ["apps/StatefulSet", statefulSetHealth],
  ["apps/ReplicaSet", replicaSetHealth],
  ["apps/DaemonSet", daemonSetHealth],
  ["extensions/Ingress", ingressHealth],
  ["networking.k8s.io/Ingress", ingressHealth],
  ["argoproj.io/Workflow", workflowHealth],
  ["apiregistration.k8s.io/APIService", apiServiceHealth],
  ["Service", serviceHealth],
  ["PersistentVolumeClaim", persistentVolumeClaimHealth],
  ["Pod", podHealth],
  ["batch/Job", jobHealth],
  ["autoscaling/HorizontalPodAutoscaler", horizontalPodAutoscalerHealth],
]);
