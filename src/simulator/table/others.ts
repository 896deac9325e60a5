import type { KubernetesObject } from "../../core/manifest/object.js";
import { count, type Draft, part, parts, text, texts } from "../draft.js";
import { formatLabelSelector } from "../store/format-selector.js";
import { specOf, statusOf } from "../workloads/context.js";
import { ageOf, columns, type Printer } from "./column.js";

function draftOf(object: KubernetesObject): Draft {
  return object as unknown as Draft;
}

function intOrString(value: unknown): string {
  return value === undefined ? "N/A" : String(value);
}

function bindingPrinter(): Printer {
  return {
    columns: columns("Name", "Role", "Age", "Users+", "Groups+", "ServiceAccounts+"),
    cells: (object, nowMs) => {
      const role = part(draftOf(object), "roleRef");
      const subjects = (kind: string): string =>
        parts(draftOf(object), "subjects")
          .filter((item) => item["kind"] === kind)
          .map((item) => (kind === "ServiceAccount" ? `${text(item, "namespace")}/${text(item, "name")}` : text(item, "name")))
          .join(", ");
      return [
        object.metadata.name,
        `${text(role, "kind")}/${text(role, "name")}`,
        ageOf(object, nowMs),
        subjects("User"),
        subjects("Group"),
        subjects("ServiceAccount"),
      ];
    },
  };
}

const createdAt: Printer = {
  columns: columns("Name", "Created At"),
  cells: (object) => [object.metadata.name, object.metadata.creationTimestamp],
};

/** kubectl's columns for the remaining kinds. */
export const otherPrinters: { readonly [storage: string]: Printer } = {
  "ingresses.networking.k8s.io": {
    columns: columns("Name", "Class", "Hosts", "Address", "Ports", "Age"),
    cells: (object, nowMs) => {
      const spec = specOf(object);
      const hosts = parts(spec, "rules").map((rule) => text(rule, "host") || "*");
      const addresses = parts(part(statusOf(object), "loadBalancer"), "ingress").map(
        (item) => text(item, "ip") || text(item, "hostname"),
      );
      const hostsText = hosts.length > 3 ? `${hosts.slice(0, 3).join(",")} + ${hosts.length - 3} more...` : hosts.join(",");
      return [
        object.metadata.name,
        text(spec, "ingressClassName") || "<none>",
        hostsText || "*",
        addresses.join(","),
        parts(spec, "tls").length > 0 ? "80, 443" : "80",
        ageOf(object, nowMs),
      ];
    },
  },
  "ingressclasses.networking.k8s.io": {
    columns: columns("Name", "Controller", "Parameters", "Age"),
    cells: (object, nowMs) => {
      const parameters = part(specOf(object), "parameters");
      return [
        object.metadata.name,
        text(specOf(object), "controller"),
        parameters ? `${text(parameters, "kind")}/${text(parameters, "name")}` : "<none>",
        ageOf(object, nowMs),
      ];
    },
  },
  "networkpolicies.networking.k8s.io": {
    columns: columns("Name", "Pod-Selector", "Age"),
    cells: (object, nowMs) => [
      object.metadata.name,
      formatLabelSelector(part(specOf(object), "podSelector")) || "<none>",
      ageOf(object, nowMs),
    ],
  },
  "endpointslices.discovery.k8s.io": {
    columns: columns("Name", "AddressType", "Ports", "Endpoints", "Age"),
    cells: (object, nowMs) => {
      const ports = parts(draftOf(object), "ports").map((port) => String(port["port"] ?? "*"));
      const addresses = parts(draftOf(object), "endpoints").flatMap((endpoint) => texts(endpoint, "addresses"));
      const shown =
        addresses.length > 3 ? `${addresses.slice(0, 3).join(",")} + ${addresses.length - 3} more...` : addresses.join(",");
      return [
        object.metadata.name,
        text(draftOf(object), "addressType"),
        ports.join(",") || "<unset>",
        shown || "<unset>",
        ageOf(object, nowMs),
      ];
    },
  },
  "poddisruptionbudgets.policy": {
    columns: columns("Name", "Min Available", "Max Unavailable", "Allowed Disruptions:integer", "Age"),
    cells: (object, nowMs) => [
      object.metadata.name,
      intOrString(specOf(object)["minAvailable"]),
      intOrString(specOf(object)["maxUnavailable"]),
      count(statusOf(object), "disruptionsAllowed"),
      ageOf(object, nowMs),
    ],
  },
  "horizontalpodautoscalers.autoscaling": {
    columns: columns("Name", "Reference", "Targets", "MinPods", "MaxPods", "Replicas:integer", "Age"),
    cells: (object, nowMs) => {
      const target = part(specOf(object), "scaleTargetRef");
      return [
        object.metadata.name,
        `${text(target, "kind")}/${text(target, "name")}`,
        parts(specOf(object), "metrics").map(metricText).join(", ") || "<none>",
        String(count(specOf(object), "minReplicas", 1)),
        count(specOf(object), "maxReplicas"),
        count(statusOf(object), "currentReplicas"),
        ageOf(object, nowMs),
      ];
    },
  },
  "roles.rbac.authorization.k8s.io": createdAt,
  "clusterroles.rbac.authorization.k8s.io": createdAt,
  "rolebindings.rbac.authorization.k8s.io": bindingPrinter(),
  "clusterrolebindings.rbac.authorization.k8s.io": bindingPrinter(),
  "storageclasses.storage.k8s.io": {
    columns: columns("Name", "Provisioner", "ReclaimPolicy", "VolumeBindingMode", "AllowVolumeExpansion", "Age"),
    cells: (object, nowMs) => {
      const isDefault = object.metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true";
      const draft = draftOf(object);
      return [
        isDefault ? `${object.metadata.name} (default)` : object.metadata.name,
        text(draft, "provisioner"),
        text(draft, "reclaimPolicy"),
        text(draft, "volumeBindingMode"),
        draft["allowVolumeExpansion"] === true,
        ageOf(object, nowMs),
      ];
    },
  },
  "customresourcedefinitions.apiextensions.k8s.io": createdAt,
  "leases.coordination.k8s.io": {
    columns: columns("Name", "Holder", "Age"),
    cells: (object, nowMs) => [object.metadata.name, text(specOf(object), "holderIdentity"), ageOf(object, nowMs)],
  },
  "priorityclasses.scheduling.k8s.io": {
    columns: columns("Name", "Value:integer", "Global-Default:boolean", "Age", "PreemptionPolicy"),
    cells: (object, nowMs) => [
      object.metadata.name,
      object["value"],
      object["globalDefault"] === true,
      ageOf(object, nowMs),
      object["preemptionPolicy"],
    ],
  },
};

function metricText(metric: Draft): string {
  const resource = part(metric, "resource");
  const wanted = part(resource, "target")?.["averageUtilization"];
  return resource
    ? `${text(resource, "name")}: <unknown>/${wanted === undefined ? text(part(resource, "target"), "averageValue") : `${String(wanted)}%`}`
    : "<unknown>";
}
