import type { KubernetesObject } from "../../manifest/object.js";
import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject, objectAt, stringAt } from "../../manifest/value.js";

/** `status.resources` and `resourcesCount`: the set's Applications with sync and health, sorted by name, at most `max` of them (0: all). */
export function resourcesStatus(
  owned: readonly KubernetesObject[],
  max: number,
): { readonly resources: Value; readonly resourcesCount: number } {
  const entries = owned
    .map((application): ValueObject => {
      const status = isObject(application["status"]) ? application["status"] : {};
      const sync = stringAt(objectAt(status, "sync"), "status");
      const health = stringAt(objectAt(status, "health"), "status");
      return {
        name: application.metadata.name,
        namespace: application.metadata.namespace ?? "",
        ...(sync === "" ? {} : { status: sync }),
        ...(health === "" ? {} : { health: { status: health } }),
      };
    })
    .sort((a, b) => ((a["name"] as string) < (b["name"] as string) ? -1 : 1));
  return { resources: max > 0 ? entries.slice(0, max) : entries, resourcesCount: entries.length };
}
