import { InputError } from "../../errors.js";
import type { KubernetesObject, OwnerReference } from "../../manifest/object.js";
import type { ApplicationSet } from "../model/application-set.js";

const apiVersion = "argoproj.io/v1alpha1";

/** Applications whose controller is this set, by name as in the original, sorted. */
export function ownedBy(set: Pick<ApplicationSet, "metadata">, existing: readonly KubernetesObject[]): KubernetesObject[] {
  return existing
    .filter((application) => {
      const owner = controllerOf(application);
      return owner?.apiVersion === apiVersion && owner.kind === "ApplicationSet" && owner.name === set.metadata.name;
    })
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true);
}

/** The owner references with this set as controller. Throws `InputError` code APPSET_FOREIGN_OWNER when another one controls it. */
export function withController(
  set: ApplicationSet,
  references: readonly OwnerReference[],
  name: string,
): readonly OwnerReference[] {
  const own: OwnerReference = {
    apiVersion,
    kind: "ApplicationSet",
    name: set.metadata.name,
    uid: set.metadata.uid ?? "",
    controller: true,
    blockOwnerDeletion: true,
  };
  const other = references.find((reference) => reference.controller === true && !isSame(reference, own));
  if (other) {
    throw new InputError(
      `error while wrapping using MutateFn: Object ${set.metadata.namespace}/${name} is already owned by another ${other.kind} controller ${other.name}`,
      { code: "APPSET_FOREIGN_OWNER", hint: "delete that Application or give this one another name" },
    );
  }
  const index = references.findIndex((reference) => isSame(reference, own));
  return index < 0 ? [...references, own] : references.map((reference, at) => (at === index ? own : reference));
}

/** controller-runtime compares group, kind and name. */
function isSame(a: OwnerReference, b: OwnerReference): boolean {
  return a.apiVersion.split("/")[0] === b.apiVersion.split("/")[0] && a.kind === b.kind && a.name === b.name;
}
