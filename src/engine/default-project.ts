import { formatError } from "../core/errors.js";
import type { ClusterPort } from "../ports/cluster.js";
import type { Telemetry } from "../ports/telemetry.js";
import type { Informer } from "./informer.js";

interface Wanted {
  readonly hub: ClusterPort;
  readonly namespace: string;
  readonly telemetry: Telemetry;
  readonly projects: Informer;
}

/** Argo CD's server makes the default project where there is none; applications without a project belong to it. */
export async function ensureDefaultProject({ hub, namespace, telemetry, projects }: Wanted): Promise<void> {
  if (projects.get(namespace, "default") !== undefined) return;
  const spec = {
    sourceRepos: ["*"],
    destinations: [{ server: "*", namespace: "*" }],
    clusterResourceWhitelist: [{ group: "*", kind: "*" }],
  };
  const project = { apiVersion: "argoproj.io/v1alpha1", kind: "AppProject", metadata: { name: "default", namespace }, spec };
  await hub.create(project).then(
    (made) => projects.assume(made),
    (error: unknown) => telemetry.log.warn("the default project was not made", { error: formatError(error) }),
  );
}
