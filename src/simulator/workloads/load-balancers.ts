import type { KubernetesObject } from "../../core/manifest/object.js";
import type { Controller } from "../controllers/loop.js";
import { part, parts, text } from "../draft.js";
import { specOf, statusOf, type Workloads, writeStatus } from "./context.js";

const provisionMs = 1000;
const storages = ["services.", "ingresses.networking.k8s.io"];

/** Gives an address (of the documentation range 203.0.113.0/24) to Services of type LoadBalancer and to Ingresses. */
export function loadBalancerController(workloads: Workloads): Controller {
  const { cluster, waits } = workloads;
  return {
    name: "load-balancer",
    keysOf: (event) => (storages.includes(event.storage) && event.kind !== "DELETED" ? [`${event.storage} ${event.key}`] : []),
    reconcile(id) {
      const [storage = "", key = ""] = id.split(" ");
      const object = cluster.store.get(storage, key)?.object;
      if (!object || object.metadata.deletionTimestamp !== undefined) return undefined;
      const hasAddress = parts(part(statusOf(object), "loadBalancer"), "ingress").length > 0;
      if (!wantsAddress(object)) {
        if (hasAddress) writeStatus(cluster, storage, object, { ...statusOf(object), loadBalancer: {} });
        return undefined;
      }
      if (hasAddress) return undefined;
      const wait = `${object.metadata.uid} address`;
      const left = waits.left(wait, provisionMs);
      if (left > 0) return left;
      waits.forget(wait);
      const ip = addressOf(object.metadata.uid ?? "");
      const ingress = object.kind === "Service" ? [{ ip, ipMode: "VIP" }] : [{ ip }];
      writeStatus(cluster, storage, object, { ...statusOf(object), loadBalancer: { ingress } });
      return undefined;
    },
  };
}

function wantsAddress(object: KubernetesObject): boolean {
  return object.kind === "Ingress" || text(specOf(object), "type") === "LoadBalancer";
}

function addressOf(uid: string): string {
  return `203.0.113.${(Number.parseInt(uid.slice(0, 4), 16) % 254) + 1}`;
}
