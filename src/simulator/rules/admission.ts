import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ResourceType } from "../api/resource-type.js";
import type { Cluster } from "../cluster.js";
import { type Draft, ensure, text } from "../draft.js";
import type { WriteOptions } from "../writes/options.js";

/** What the admission plug-ins of a stock cluster add to a new object. */
export function admitCreate(_cluster: Cluster, type: ResourceType, draft: Draft, _options: WriteOptions): void {
  const metadata = ensure(draft, "metadata");
  if (type.storage === "namespaces.") ensure(metadata, "labels")["kubernetes.io/metadata.name"] = text(metadata, "name");
}

/** The same for an update. */
export function admitUpdate(
  _cluster: Cluster,
  type: ResourceType,
  draft: Draft,
  _old: KubernetesObject,
  _options: WriteOptions,
): void {
  const metadata = ensure(draft, "metadata");
  if (type.storage === "namespaces.") ensure(metadata, "labels")["kubernetes.io/metadata.name"] = text(metadata, "name");
}
