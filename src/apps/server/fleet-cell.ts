import type { KubernetesObject } from "../../core/manifest/object.js";
import { objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";

/** One Application as the grid shows it. */
export interface FleetCell {
  readonly namespace: string;
  readonly name: string;
  /** Row: the label `service`, else the Application's name. */
  readonly service: string;
  /** Column: the label `cluster`, else the destination cluster. */
  readonly column: string;
  readonly project: string;
  readonly sync: string;
  readonly health: string;
  readonly operation: string;
  readonly message: string;
  /** When the verdict was last confirmed; empty before the first comparison. */
  readonly comparedAt: string;
}

export function fleetCellOf(application: KubernetesObject): FleetCell {
  const labels = application.metadata.labels ?? {};
  const spec = objectAt(application as unknown as ValueObject, "spec");
  const status = objectAt(application as unknown as ValueObject, "status");
  const destination = objectAt(spec, "destination");
  const operation = objectAt(status, "operationState");
  const place = labels["cluster"] ?? (stringAt(destination, "name") || "hub");
  const condition = Array.isArray(status["conditions"]) ? (status["conditions"] as readonly ValueObject[])[0] : undefined;
  return {
    namespace: application.metadata.namespace ?? "",
    name: application.metadata.name,
    service: labels["service"] ?? application.metadata.name,
    column: place,
    project: stringAt(spec, "project"),
    sync: stringAt(objectAt(status, "sync"), "status") || "Unknown",
    health: stringAt(objectAt(status, "health"), "status") || "Unknown",
    operation: stringAt(operation, "phase"),
    message: stringAt(condition, "message") || stringAt(operation, "message"),
    comparedAt: stringAt(status, "reconciledAt"),
  };
}
