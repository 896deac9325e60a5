import { asValue } from "../../manifest/object.js";
import type { ValueObject } from "../../manifest/value.js";
import { type Health, type HealthCheck, health } from "../health.js";
import { conditionOf, convert, intAt, objectsAt, requireVersion, structAt, textAt } from "../typed.js";

interface ContainerStatus {
  readonly name: string;
  readonly waiting: ValueObject | undefined;
  readonly terminated: ValueObject | undefined;
  readonly lastTerminated: ValueObject | undefined;
}

interface PodStatus {
  readonly restartPolicy: string;
  readonly phase: string;
  readonly message: string;
  readonly containers: readonly ContainerStatus[];
  readonly initContainers: readonly ContainerStatus[];
  readonly isReady: boolean;
}

/** Pods that restart are judged by readiness; the others have a finite life and stay Progressing until they end. */
export const podHealth: HealthCheck = (object) => {
  requireVersion(object, ["v1"]);
  const pod = convert("Pod", object, () => readPod(asValue(object)));
  const restarts = pod.restartPolicy === "Always";
  const stuck = restarts ? pod.containers.filter((container) => isStuck(textAt(container.waiting, "reason"))) : [];
  if (stuck.length > 0) return health("Degraded", stuck.map((container) => textAt(container.waiting, "message")).join(", "));
  switch (pod.phase) {
    case "Pending":
      return health("Progressing", pod.message);
    case "Succeeded":
      return health("Healthy", pod.message);
    case "Failed":
      return health("Degraded", pod.message || firstFailure(pod));
    case "Running":
      return runningHealth(pod);
    default:
      return health("Unknown", pod.message);
  }
};

function runningHealth(pod: PodStatus): Health {
  if (pod.restartPolicy === "OnFailure" || pod.restartPolicy === "Never") return health("Progressing", pod.message);
  if (pod.restartPolicy !== "Always") return health("Unknown", pod.message);
  if (pod.isReady) return health("Healthy", pod.message);
  const hasCrashed = pod.containers.some((container) => container.lastTerminated);
  return health(hasCrashed ? "Degraded" : "Progressing", pod.message);
}

function isStuck(reason: string): boolean {
  return reason.startsWith("Err") || reason.endsWith("Error") || reason.endsWith("BackOff");
}

function firstFailure(pod: PodStatus): string {
  for (const { name, terminated } of [...pod.initContainers, ...pod.containers]) {
    if (!terminated) continue;
    const message = textAt(terminated, "message");
    if (message !== "") return message;
    if (textAt(terminated, "reason") === "OOMKilled") return "OOMKilled";
    const exitCode = intAt(terminated, "exitCode");
    if (exitCode !== 0) return `container ${JSON.stringify(name)} failed with exit code ${exitCode}`;
  }
  return "";
}

function readPod(root: ValueObject): PodStatus {
  return {
    restartPolicy: textAt(root, "spec", "restartPolicy"),
    phase: textAt(root, "status", "phase"),
    message: textAt(root, "status", "message"),
    containers: objectsAt(root, "status", "containerStatuses").map(readContainer),
    initContainers: objectsAt(root, "status", "initContainerStatuses").map(readContainer),
    isReady: textAt(conditionOf(objectsAt(root, "status", "conditions"), "Ready"), "status") === "True",
  };
}

function readContainer(status: ValueObject): ContainerStatus {
  return {
    name: textAt(status, "name"),
    waiting: structAt(status, "state", "waiting"),
    terminated: structAt(status, "state", "terminated"),
    lastTerminated: structAt(status, "lastState", "terminated"),
  };
}
