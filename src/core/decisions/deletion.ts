import { asValue, type KubernetesObject, splitApiVersion } from "../manifest/object.js";
import { listAt, objectAt } from "../manifest/value.js";
import { isSameApplication } from "./application-health.js";
import { annotationItems, waveOf } from "./hooks.js";

const syncOptionsAnnotation = "argocd.argoproj.io/sync-options";

/** Whether a cascaded deletion of `app` takes `object` along; CRDs never, `Delete=false` and Helm's `keep` stay. */
export function isDeletedWithApplication(app: KubernetesObject, object: KubernetesObject): boolean {
  if (object.kind === "CustomResourceDefinition" && splitApiVersion(object.apiVersion).group === "apiextensions.k8s.io")
    return false;
  if (isSameApplication(app, object)) return false;
  if (annotationItems(object, "helm.sh/resource-policy").includes("keep")) return false;
  return syncOptionOf(app, object, "Delete") !== "false";
}

/** Whether a person must confirm before `object` goes. */
export function requiresConfirmation(app: KubernetesObject, object: KubernetesObject): boolean {
  return (["Delete", "Prune"] as const).some((name) => syncOptionOf(app, object, name) === "confirm");
}

/** The order of a cascaded deletion: the highest wave first; a batch must be gone before the next. */
export function deletionBatches(objects: readonly KubernetesObject[]): readonly (readonly KubernetesObject[])[] {
  const byWave = new Map<number, KubernetesObject[]>();
  for (const object of objects) {
    const wave = waveOf(object);
    const batch = byWave.get(wave);
    if (batch) batch.push(object);
    else byWave.set(wave, [object]);
  }
  return [...byWave].sort(([a], [b]) => b - a).map(([, batch]) => batch);
}

/** The value of `Name=value`: the resource's own wins over the Application's. */
function syncOptionOf(app: KubernetesObject, object: KubernetesObject, name: "Delete" | "Prune"): string | undefined {
  const own = optionOf(annotationItems(object, syncOptionsAnnotation), name);
  if (own !== undefined) return own;
  const options = listAt(objectAt(objectAt(asValue(app), "spec"), "syncPolicy"), "syncOptions");
  return optionOf(
    options.filter((option) => typeof option === "string"),
    name,
  );
}

function optionOf(options: readonly string[], key: string): string | undefined {
  return options.find((option) => option.startsWith(`${key}=`))?.slice(key.length + 1);
}
