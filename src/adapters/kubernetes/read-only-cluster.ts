import { InvariantError } from "../../core/errors.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ApplyOptions, ClusterPort } from "../../ports/cluster.js";

/** The same cluster for who promises to change nothing: each write throws before anything is sent. A dry run is no write. */
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
    apply: (object: KubernetesObject, options: ApplyOptions) =>
      options.dryRun === true ? cluster.apply(object, options) : refuse("apply")(),
    as: (user) => readOnlyCluster(cluster.as(user)),
    delete: refuse("delete"),
    close: () => cluster.close(),
  };
}
