import { canonicalQuantity } from "../../core/diff/typed/quantity.js";
import type { Value } from "../../core/manifest/value.js";
import type { FieldCause } from "../api/status-error.js";
import { count, type Draft, part, partAt, parts, text, texts } from "../draft.js";
import { type Labels, labelSelectorOf } from "../store/selectors.js";
import { invalidField, requiredField, unsupportedValue } from "./causes.js";

type Rule = (draft: Draft) => readonly FieldCause[];

/** What the validation of each kind checks beyond required fields. */
export const kindRules: { readonly [storage: string]: Rule } = {
  "pods.": (draft) => podSpecRules(part(draft, "spec"), "spec"),
  "deployments.apps": workloadRules(["Always"]),
  "replicasets.apps": workloadRules(["Always"]),
  "statefulsets.apps": workloadRules(["Always"]),
  "daemonsets.apps": workloadRules(["Always"]),
  "jobs.batch": (draft) => templateRules(partAt(draft, "spec", "template"), "spec.template", ["OnFailure", "Never"]),
  "cronjobs.batch": (draft) => [
    ...cronRules(text(part(draft, "spec"), "schedule")),
    ...templateRules(partAt(draft, "spec", "jobTemplate", "spec", "template"), "spec.jobTemplate.spec.template", [
      "OnFailure",
      "Never",
    ]),
  ],
  "services.": serviceRules,
  "configmaps.": dataRules,
  "secrets.": (draft) => [...dataRules(draft), ...secretRules(draft)],
  "persistentvolumeclaims.": claimRules,
  "ingresses.networking.k8s.io": ingressRules,
  "horizontalpodautoscalers.autoscaling": scalerRules,
  "customresourcedefinitions.apiextensions.k8s.io": definitionRules,
};

function workloadRules(restartPolicies: readonly string[]): Rule {
  return (draft) => {
    const spec = part(draft, "spec");
    const causes: FieldCause[] = [];
    const replicas = spec?.["replicas"];
    if (typeof replicas === "number" && replicas < 0)
      causes.push(invalidField("spec.replicas", replicas, "must be greater than or equal to 0"));
    const labels = partAt(spec, "template", "metadata", "labels");
    if (!labelSelectorOf(spec?.["selector"] as Value)(labels as Labels | undefined)) {
      causes.push(invalidField("spec.template.metadata.labels", labels ?? null, "`selector` does not match template `labels`"));
    }
    return [...causes, ...templateRules(part(spec, "template"), "spec.template", restartPolicies)];
  };
}

function templateRules(template: Draft | undefined, at: string, restartPolicies: readonly string[]): readonly FieldCause[] {
  const spec = part(template, "spec");
  const policy = text(spec, "restartPolicy");
  const causes = [...podSpecRules(spec, `${at}.spec`)];
  if (policy !== "" && !restartPolicies.includes(policy))
    causes.push(unsupportedValue(`${at}.spec.restartPolicy`, policy, restartPolicies));
  return causes;
}

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

function podSpecRules(spec: Draft | undefined, at: string): readonly FieldCause[] {
  const causes: FieldCause[] = [];
  const volumes = new Set(parts(spec, "volumes").map((volume) => text(volume, "name")));
  const seen = new Set<string>();
  for (const key of ["initContainers", "containers"]) {
    for (const [index, container] of parts(spec, key).entries()) {
      const path = `${at}.${key}[${index}]`;
      const name = text(container, "name");
      if (name !== "" && !label.test(name))
        causes.push(
          invalidField(
            `${path}.name`,
            name,
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
          ),
        );
      if (seen.has(name))
        causes.push({
          reason: "FieldValueDuplicate",
          message: `Duplicate value: ${JSON.stringify(name)}`,
          field: `${path}.name`,
        });
      seen.add(name);
      const policy = text(container, "imagePullPolicy");
      if (!["Always", "IfNotPresent", "Never", ""].includes(policy))
        causes.push(unsupportedValue(`${path}.imagePullPolicy`, policy, ["Always", "IfNotPresent", "Never"]));
      for (const [port, item] of parts(container, "ports").entries())
        causes.push(...portRules(count(item, "containerPort"), `${path}.ports[${port}].containerPort`));
      for (const [mount, item] of parts(container, "volumeMounts").entries()) {
        const claimed = text(item, "name");
        if (claimed !== "" && !volumes.has(claimed))
          causes.push({
            reason: "FieldValueNotFound",
            message: `Not found: ${JSON.stringify(claimed)}`,
            field: `${path}.volumeMounts[${mount}].name`,
          });
      }
      causes.push(...resourceRules(part(container, "resources"), `${path}.resources`));
    }
  }
  return causes;
}

function portRules(port: number, at: string): readonly FieldCause[] {
  return port !== 0 && (port < 1 || port > 65_535) ? [invalidField(at, port, "must be between 1 and 65535, inclusive")] : [];
}

function resourceRules(resources: Draft | undefined, at: string): readonly FieldCause[] {
  const causes: FieldCause[] = [];
  const limits = part(resources, "limits") ?? {};
  for (const [name, value] of Object.entries(part(resources, "requests") ?? {})) {
    const limit = limits[name];
    if (limit !== undefined && quantityNumber(value) > quantityNumber(limit)) {
      causes.push(
        invalidField(`${at}.requests`, String(value), `must be less than or equal to ${name} limit of ${String(limit)}`),
      );
    }
  }
  return causes;
}

const factors: { readonly [suffix: string]: number } = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

function quantityNumber(value: unknown): number {
  const match = /^(-?[\d.]+)([a-zA-Z]*)$/.exec(canonicalQuantity(String(value)) ?? "0");
  return match ? Number(match[1]) * (factors[match[2] ?? ""] ?? 1) : 0;
}

function cronRules(schedule: string): readonly FieldCause[] {
  if (schedule === "" || schedule.startsWith("@")) return [];
  const fields = schedule.trim().split(/\s+/).length;
  return fields === 5
    ? []
    : [
        invalidField(
          "spec.schedule",
          schedule,
          `expected exactly 5 fields, found ${fields}: [${schedule.trim().split(/\s+/).join(" ")}]`,
        ),
      ];
}

function serviceRules(draft: Draft): readonly FieldCause[] {
  const spec = part(draft, "spec");
  const type = text(spec, "type");
  const causes: FieldCause[] = [];
  if (!["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"].includes(type))
    causes.push(unsupportedValue("spec.type", type, ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]));
  const ports = parts(spec, "ports");
  if (ports.length === 0 && type !== "ExternalName" && spec?.["clusterIP"] !== "None") causes.push(requiredField("spec.ports"));
  if (type === "ExternalName" && text(spec, "externalName") === "") causes.push(requiredField("spec.externalName"));
  const seen = new Set<string>();
  for (const [index, port] of ports.entries()) {
    if (ports.length > 1 && text(port, "name") === "") causes.push(requiredField(`spec.ports[${index}].name`));
    causes.push(...portRules(count(port, "port"), `spec.ports[${index}].port`));
    causes.push(...portRules(count(port, "targetPort"), `spec.ports[${index}].targetPort`));
    const id = `${text(port, "protocol")} ${count(port, "port")}`;
    if (seen.has(id))
      causes.push({
        reason: "FieldValueDuplicate",
        message: `Duplicate value: ${JSON.stringify({ protocol: port["protocol"], port: port["port"] })}`,
        field: `spec.ports[${index}]`,
      });
    seen.add(id);
  }
  return causes;
}

const dataKey = /^[-._a-zA-Z0-9]+$/;

function dataRules(draft: Draft): readonly FieldCause[] {
  const causes: FieldCause[] = [];
  let size = 0;
  for (const field of ["data", "binaryData"]) {
    for (const [key, value] of Object.entries(part(draft, field) ?? {})) {
      size += String(value).length;
      if (!dataKey.test(key) || key === "." || key === "..") {
        causes.push(
          invalidField(
            `${field}[${key}]`,
            key,
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
          ),
        );
      }
    }
  }
  if (size > 1_048_576)
    causes.push({ reason: "FieldValueTooLong", message: "Too long: may not be more than 1048576 bytes", field: "" });
  return causes;
}

const secretKeys: { readonly [type: string]: readonly string[] } = {
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
  "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
};

function secretRules(draft: Draft): readonly FieldCause[] {
  const data = part(draft, "data") ?? {};
  return (secretKeys[text(draft, "type")] ?? [])
    .filter((key) => data[key] === undefined)
    .map((key) => requiredField(`data[${key}]`));
}

function claimRules(draft: Draft): readonly FieldCause[] {
  const spec = part(draft, "spec");
  const known = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
  const causes = texts(spec, "accessModes")
    .filter((mode) => !known.includes(mode))
    .map((mode) => unsupportedValue("spec.accessModes", mode, known));
  if (partAt(spec, "resources", "requests") && partAt(spec, "resources", "requests")?.["storage"] === undefined)
    causes.push(requiredField("spec.resources[storage]"));
  return causes;
}

function ingressRules(draft: Draft): readonly FieldCause[] {
  const spec = part(draft, "spec");
  const causes: FieldCause[] = [];
  if (parts(spec, "rules").length === 0 && !part(spec, "defaultBackend"))
    causes.push(invalidField("spec", [], "either `defaultBackend` or `rules` must be specified"));
  for (const [index, rule] of parts(spec, "rules").entries()) {
    for (const [number, path] of parts(part(rule, "http"), "paths").entries()) {
      const at = `spec.rules[${index}].http.paths[${number}]`;
      const type = text(path, "pathType");
      if (type !== "" && !["Exact", "Prefix", "ImplementationSpecific"].includes(type))
        causes.push(unsupportedValue(`${at}.pathType`, type, ["Exact", "ImplementationSpecific", "Prefix"]));
      if (type !== "ImplementationSpecific" && !text(path, "path").startsWith("/"))
        causes.push(invalidField(`${at}.path`, text(path, "path"), "must be an absolute path"));
    }
  }
  return causes;
}

function scalerRules(draft: Draft): readonly FieldCause[] {
  const spec = part(draft, "spec");
  const maximum = count(spec, "maxReplicas");
  const minimum = count(spec, "minReplicas", 1);
  if (maximum < 1) return [invalidField("spec.maxReplicas", maximum, "must be greater than 0")];
  return maximum < minimum ? [invalidField("spec.maxReplicas", maximum, "must be greater than or equal to `minReplicas`")] : [];
}

function definitionRules(draft: Draft): readonly FieldCause[] {
  const spec = part(draft, "spec");
  const names = part(spec, "names");
  const causes: FieldCause[] = [];
  const expected = `${text(names, "plural")}.${text(spec, "group")}`;
  const name = text(part(draft, "metadata"), "name");
  if (name !== expected) causes.push(invalidField("metadata.name", name, `must be spec.names.plural+"."+spec.group`));
  const scope = text(spec, "scope");
  if (scope !== "Namespaced" && scope !== "Cluster")
    causes.push(unsupportedValue("spec.scope", scope, ["Cluster", "Namespaced"]));
  const versions = parts(spec, "versions");
  if (versions.filter((version) => version["storage"] === true).length !== 1) {
    causes.push(
      invalidField(
        "spec.versions",
        versions.map((version) => text(version, "name")),
        "must have exactly one version marked as storage version",
      ),
    );
  }
  for (const [index, version] of versions.entries()) {
    if (!partAt(version, "schema", "openAPIV3Schema"))
      causes.push(requiredField(`spec.versions[${index}].schema.openAPIV3Schema`, "schemas are required"));
  }
  if (spec?.["preserveUnknownFields"] === true)
    causes.push(
      invalidField(
        "spec.preserveUnknownFields",
        true,
        "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead",
      ),
    );
  return causes;
}
