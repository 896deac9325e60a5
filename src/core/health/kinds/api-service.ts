import { asValue } from "../../manifest/object.js";
import { type HealthCheck, health } from "../health.js";
import { conditionOf, convert, objectsAt, requireFit, requireVersion, textAt } from "../typed.js";
import { apiServiceType } from "./api-service-type.js";

export const apiServiceHealth: HealthCheck = (object) => {
  requireVersion(object, ["apiregistration.k8s.io/v1", "apiregistration.k8s.io/v1beta1"]);
  return convert("APIService", object, () => {
    requireFit(object, apiServiceType());
    const available = conditionOf(objectsAt(asValue(object), "status", "conditions"), "Available");
    if (!available) return health("Progressing", "Waiting to be processed");
    const message = `${textAt(available, "reason")}: ${textAt(available, "message")}`;
    return health(textAt(available, "status") === "True" ? "Healthy" : "Progressing", message);
  });
};
