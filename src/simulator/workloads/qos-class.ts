import type { KubernetesObject } from "../../core/manifest/object.js";
import { type Draft, part, parts } from "../draft.js";

/** Guaranteed when every container's limits equal its requests, BestEffort when none says anything. */
export function qosClassOf(pod: KubernetesObject): string {
  const spec = part(pod as unknown as Draft, "spec");
  const resources = [...parts(spec, "containers"), ...parts(spec, "initContainers")].map(
    (container) => part(container, "resources") ?? {},
  );
  const some = resources.some(
    (item) => Object.keys(part(item, "requests") ?? {}).length + Object.keys(part(item, "limits") ?? {}).length > 0,
  );
  if (!some) return "BestEffort";
  const isGuaranteed = resources.every((item) => {
    const limits = part(item, "limits") ?? {};
    const requests = part(item, "requests") ?? limits;
    return ["cpu", "memory"].every((key) => limits[key] !== undefined && limits[key] === (requests[key] ?? limits[key]));
  });
  return isGuaranteed ? "Guaranteed" : "Burstable";
}
