import { asValue } from "../../manifest/object.js";
import { listAt, objectAt } from "../../manifest/value.js";
import { type HealthCheck, health } from "../health.js";

/** Healthy once a load balancer has published an address. */
export const ingressHealth: HealthCheck = (object) => {
  const addresses = listAt(objectAt(objectAt(asValue(object), "status"), "loadBalancer"), "ingress");
  return health(addresses.length > 0 ? "Healthy" : "Progressing");
};
