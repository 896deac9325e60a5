import type { ValueObject } from "../../core/manifest/value.js";
import type { ResourceType } from "../api/resource-type.js";
import type { Cluster } from "../cluster.js";
import { convertObject } from "../rules/conversion.js";
import type { Entry } from "../store/store.js";
import { printerOf } from "./printers.js";

/** `meta.k8s.io/v1` Table: the columns that kubectl shows, one row an object. */
export function tableOf(
  cluster: Cluster,
  type: ResourceType,
  entries: readonly Entry[],
  options: { readonly includeObject: "None" | "Metadata" | "Object" },
): ValueObject {
  const printer = printerOf(type);
  const nowMs = cluster.clock.now();
  const rows = entries.map((entry) => {
    const object = convertObject(entry.object, type);
    const cells = printer.cells(object, nowMs);
    if (options.includeObject === "None") return { cells };
    if (options.includeObject === "Object") return { cells, object };
    return { cells, object: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata } };
  });
  const resourceVersion = entries.length === 1 ? entries[0]!.object.metadata.resourceVersion : undefined;
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: resourceVersion === undefined ? {} : { resourceVersion },
    columnDefinitions: printer.columns,
    rows,
  } as unknown as ValueObject;
}
