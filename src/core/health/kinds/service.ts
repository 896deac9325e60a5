import { asValue } from "../../manifest/object.js";
import { type HealthCheck, health } from "../health.js";
import { convert, objectsAt, requireVersion, textAt } from "../typed.js";

/** Only a LoadBalancer has something to wait for: its address. */
export const serviceHealth: HealthCheck = (object) => {
  requireVersion(object, ["v1"]);
  const root = asValue(object);
  const found = convert("Service", object, () => ({
    type: textAt(root, "spec", "type"),
    addresses: objectsAt(root, "status", "loadBalancer", "ingress"),
  }));
  return health(found.type === "LoadBalancer" && found.addresses.length === 0 ? "Progressing" : "Healthy");
};
