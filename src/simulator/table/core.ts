import type { KubernetesObject } from "../../core/manifest/object.js";
import { count, type Draft, part, parts, text, texts } from "../draft.js";
import { formatLabelSelector } from "../store/format-selector.js";
import { conditionsOf, specOf, statusOf } from "../workloads/context.js";
import { age } from "./age.js";
import { ageOf, columns, type Printer } from "./column.js";

function sizeOf(object: KubernetesObject, ...keys: readonly string[]): number {
  return keys.reduce((sum, key) => sum + Object.keys(part(object as unknown as Draft, key) ?? {}).length, 0);
}

const modes: { readonly [mode: string]: string } = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};

function accessModes(spec: Draft): string {
  return texts(spec, "accessModes")
    .map((mode) => modes[mode] ?? mode)
    .join(",");
}

/** kubectl's columns for the kinds of the core group, besides pods. */
export const corePrinters: { readonly [storage: string]: Printer } = {
  "namespaces.": {
    columns: columns("Name", "Status", "Age"),
    cells: (object, nowMs) => [object.metadata.name, text(statusOf(object), "phase"), ageOf(object, nowMs)],
  },
  "configmaps.": {
    columns: columns("Name", "Data", "Age"),
    cells: (object, nowMs) => [object.metadata.name, sizeOf(object, "data", "binaryData"), ageOf(object, nowMs)],
  },
  "secrets.": {
    columns: columns("Name", "Type", "Data", "Age"),
    cells: (object, nowMs) => [object.metadata.name, object["type"], sizeOf(object, "data"), ageOf(object, nowMs)],
  },
  "serviceaccounts.": {
    columns: columns("Name", "Secrets", "Age"),
    cells: (object, nowMs) => [object.metadata.name, parts(object as unknown as Draft, "secrets").length, ageOf(object, nowMs)],
  },
  "services.": {
    columns: columns("Name", "Type", "Cluster-IP", "External-IP", "Port(s)", "Age", "Selector+"),
    cells: (object, nowMs) => {
      const spec = specOf(object);
      return [
        object.metadata.name,
        text(spec, "type"),
        text(spec, "clusterIP") || "<none>",
        externalAddress(object),
        parts(spec, "ports").map(portText).join(",") || "<none>",
        ageOf(object, nowMs),
        formatLabelSelector(part(spec, "selector")) || "<none>",
      ];
    },
  },
  "endpoints.": {
    columns: columns("Name", "Endpoints", "Age"),
    cells: (object, nowMs) => [object.metadata.name, endpointsText(object), ageOf(object, nowMs)],
  },
  "events.": {
    columns: columns(
      "Last Seen",
      "Type",
      "Reason",
      "Object",
      "Subobject+",
      "Source+",
      "Message",
      "First Seen+",
      "Count+",
      "Name+",
    ),
    cells: (object, nowMs) => eventCells(object as unknown as Draft, object.metadata.name, nowMs),
  },
  "nodes.": {
    columns: columns(
      "Name",
      "Status",
      "Roles",
      "Age",
      "Version",
      "Internal-IP+",
      "External-IP+",
      "OS-Image+",
      "Kernel-Version+",
      "Container-Runtime+",
    ),
    cells: (object, nowMs) => {
      const node = part(statusOf(object), "nodeInfo");
      const ready = conditionsOf(object).find((condition) => condition["type"] === "Ready");
      const status = ready?.["status"] === "True" ? "Ready" : ready ? "NotReady" : "Unknown";
      const roles = Object.keys(object.metadata.labels ?? {})
        .filter((key) => key.startsWith("node-role.kubernetes.io/"))
        .map((key) => key.slice(24));
      const address = (type: string): string =>
        text(
          parts(statusOf(object), "addresses").find((item) => item["type"] === type),
          "address",
        ) || "<none>";
      return [
        object.metadata.name,
        specOf(object)["unschedulable"] === true ? `${status},SchedulingDisabled` : status,
        roles.sort().join(",") || "<none>",
        ageOf(object, nowMs),
        text(node, "kubeletVersion"),
        address("InternalIP"),
        address("ExternalIP"),
        text(node, "osImage"),
        text(node, "kernelVersion"),
        text(node, "containerRuntimeVersion"),
      ];
    },
  },
  "persistentvolumeclaims.": {
    columns: columns(
      "Name",
      "Status",
      "Volume",
      "Capacity",
      "Access Modes",
      "StorageClass",
      "VolumeAttributesClass",
      "Age",
      "VolumeMode+",
    ),
    cells: (object, nowMs) => {
      const spec = specOf(object);
      const isBound = text(spec, "volumeName") !== "";
      return [
        object.metadata.name,
        object.metadata.deletionTimestamp === undefined ? text(statusOf(object), "phase") : "Terminating",
        text(spec, "volumeName"),
        isBound ? text(part(statusOf(object), "capacity"), "storage") : "",
        isBound ? accessModes(statusOf(object)) : "",
        text(spec, "storageClassName"),
        text(spec, "volumeAttributesClassName") || "<unset>",
        ageOf(object, nowMs),
        text(spec, "volumeMode"),
      ];
    },
  },
  "persistentvolumes.": {
    columns: columns(
      "Name",
      "Capacity",
      "Access Modes",
      "Reclaim Policy",
      "Status",
      "Claim",
      "StorageClass",
      "VolumeAttributesClass",
      "Reason",
      "Age",
      "VolumeMode+",
    ),
    cells: (object, nowMs) => {
      const spec = specOf(object);
      const claim = part(spec, "claimRef");
      return [
        object.metadata.name,
        text(part(spec, "capacity"), "storage"),
        accessModes(spec),
        text(spec, "persistentVolumeReclaimPolicy"),
        object.metadata.deletionTimestamp === undefined ? text(statusOf(object), "phase") : "Terminating",
        claim ? `${text(claim, "namespace")}/${text(claim, "name")}` : "",
        text(spec, "storageClassName"),
        text(spec, "volumeAttributesClassName") || "<unset>",
        text(statusOf(object), "reason"),
        ageOf(object, nowMs),
        text(spec, "volumeMode"),
      ];
    },
  },
};

function portText(port: Draft): string {
  const node = count(port, "nodePort");
  return `${count(port, "port")}${node > 0 ? `:${node}` : ""}/${text(port, "protocol")}`;
}

function externalAddress(service: KubernetesObject): string {
  const spec = specOf(service);
  const own = texts(spec, "externalIPs");
  switch (text(spec, "type")) {
    case "ExternalName":
      return text(spec, "externalName");
    case "LoadBalancer": {
      const given = parts(part(statusOf(service), "loadBalancer"), "ingress").map(
        (item) => text(item, "ip") || text(item, "hostname"),
      );
      return [...given, ...own].join(",") || "<pending>";
    }
    default:
      return own.join(",") || "<none>";
  }
}

function endpointsText(endpoints: KubernetesObject): string {
  const all = parts(endpoints as unknown as Draft, "subsets").flatMap((subset) =>
    parts(subset, "addresses").flatMap((address) =>
      parts(subset, "ports").map((port) => `${text(address, "ip")}:${count(port, "port")}`),
    ),
  );
  if (all.length === 0) return "<none>";
  return all.length > 3 ? `${all.slice(0, 3).join(",")} + ${all.length - 3} more...` : all.join(",");
}

function eventCells(event: Draft, name: string, nowMs: number): readonly unknown[] {
  const about = part(event, "involvedObject");
  const first = text(event, "firstTimestamp") || text(event, "eventTime");
  const last = text(part(event, "series"), "lastObservedTime") || text(event, "lastTimestamp") || first;
  const source = [text(part(event, "source"), "component"), text(part(event, "source"), "host")]
    .filter((item) => item !== "")
    .join(", ");
  return [
    age(last, nowMs),
    text(event, "type"),
    text(event, "reason"),
    `${text(about, "kind").toLowerCase()}/${text(about, "name")}`,
    text(about, "fieldPath"),
    source || text(event, "reportingComponent"),
    text(event, "message").trim(),
    age(first, nowMs),
    count(event, "count", 1),
    name,
  ];
}
