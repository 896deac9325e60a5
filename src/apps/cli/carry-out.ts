import type { ImpactedResource } from "../../core/actions/action.js";
import { InputError } from "../../core/errors.js";
import { asObject, asValue, type KubernetesObject } from "../../core/manifest/object.js";
import { objectAt, type ValueObject } from "../../core/manifest/value.js";
import { mergePatchBetween, sameValue } from "../../engine/merge-patch.js";
import type { ClusterPort, ObjectRef } from "../../ports/cluster.js";

/** Writes what an action came to. A patch is what changed between the object and the action's; its status goes to the status subresource where there is one. */
export async function carryOut(
  cluster: ClusterPort,
  live: KubernetesObject,
  { operation, resource }: ImpactedResource,
): Promise<void> {
  const options = { fieldManager: "fleetwright-cli" };
  if (operation === "create") {
    await cluster.create(asObject(resource), options);
    return;
  }
  const object = asObject(resource);
  const { apiVersion, kind, metadata } = object;
  const { name, namespace } = metadata;
  const ref: ObjectRef = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
  const isSame = live.kind === kind && live.metadata.name === name && live.metadata.namespace === namespace;
  const current = isSame ? live : await cluster.get(ref);
  if (current === undefined) throw new InputError(`${kind}/${name} is not there any more`, { code: "ACTION_UNKNOWN" });
  const patch = mergePatchBetween(asValue(current), resource) as ValueObject;
  if (!sameValue(objectAt(asValue(current), "status"), objectAt(resource, "status"))) {
    const { status = {}, ...others } = patch;
    await cluster.patch(ref, { status }, { ...options, type: "merge", subresource: "status" });
    if (Object.keys(others).length > 0) await cluster.patch(ref, others, { ...options, type: "merge" });
  } else if (Object.keys(patch).length > 0) await cluster.patch(ref, patch, { ...options, type: "merge" });
}
