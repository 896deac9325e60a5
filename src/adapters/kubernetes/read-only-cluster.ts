import { InvariantError } from "../../core/errors.js";
import type { ClusterPort } from "../../ports/cluster.js";

/** The same cluster for who promises to change nothing: each write throws before anything is sent. */
export function readOnlyCluster(cluster: ClusterPort): ClusterPort {
  const refuse = (verb: string) => async (): Promise<never> => {
    throw new InvariantError(`a read-only command would ${verb} an object`);
  };
  return {
    discover: (refresh) => cluster.discover(refresh),
    version: () => cluster.version(),
    get: (ref) => cluster.get(ref),
    list: (resource, options) => cluster.list(resource, options),
    watch: (resource, options) => cluster.watch(resource, options),
    create: refuse("create"),
    update: refuse("update"),
    patch: refuse("patch"),
    apply: refuse("apply"),
    delete: refuse("delete"),
    close: () => cluster.close(),
  };
}
