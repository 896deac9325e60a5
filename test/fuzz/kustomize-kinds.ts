import type { Value } from "#src/core/manifest/value.js";
import type { Random } from "./random.js";

export type Fields = { [key: string]: Value };

export interface Known {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

const workloads: readonly (readonly [string, string])[] = [
  ["apps/v1", "Deployment"],
  ["apps/v1", "StatefulSet"],
  ["apps/v1", "DaemonSet"],
  ["apps/v1", "ReplicaSet"],
  ["v1", "ReplicationController"],
  ["batch/v1", "Job"],
  ["batch/v1", "CronJob"],
  ["v1", "Pod"],
  ["v1", "PodTemplate"],
  ["extensions/v1beta1", "Deployment"],
  ["argoproj.io/v1alpha1", "Rollout"],
  ["serving.knative.dev/v1", "Service"],
  ["apps.openshift.io/v1", "DeploymentConfig"],
];

/** A resource of one of some forty kinds whose fields name other resources of the case. */
export function randomResource(random: Random, name: string, others: readonly string[]): Value {
  const other = (): string => random.pick(others);
  return random.chance(0.45) ? workload(random, name, other) : otherKind(random, name, other);
}

export function knownOf(resource: Value): Known {
  const { apiVersion, kind, metadata } = resource as {
    apiVersion: string;
    kind: string;
    metadata: { name: string; namespace?: string };
  };
  return { apiVersion, kind, name: metadata.name, ...(metadata.namespace !== undefined && { namespace: metadata.namespace }) };
}

function metadata(random: Random, name: string): Fields {
  const fields: Fields = { name };
  if (random.chance(0.2)) fields["namespace"] = random.pick(["prod", "default", "team-a"]);
  if (random.chance(0.5))
    fields["labels"] = {
      app: random.pick(["web", "api"]),
      ...(random.chance(0.3) ? { tier: random.pick(["1", "true", "x"]) } : {}),
    };
  if (random.chance(0.3))
    fields["annotations"] = {
      note: random.pick(["n", "5", "a: b", "yes", "multi\nline\n"]),
      ...(random.chance(0.2) ? { "a.b/c": random.pick(["x", "1.0", ""]) } : {}),
      ...(random.chance(0.03) ? { "config.kubernetes.io/local-config": random.pick(["true", "false"]) } : {}),
      ...(random.chance(0.05) ? { "kustomize.config.k8s.io/needs-hash": "true" } : {}),
      ...(random.chance(0.03) ? { "internal.config.kubernetes.io/behavior": random.pick(["merge", "replace"]) } : {}),
    };
  return fields;
}

function container(random: Random, name: string, other: () => string): Fields {
  const fields: Fields = {
    name,
    image: random.pick(["nginx", "nginx:1.2", "reg.io:5000/app:v1", "app@sha256:abc", "app:v1@sha256:abc", "busybox", ""]),
  };
  const add = (chance: number, key: string, make: () => Value): void => void (random.chance(chance) && (fields[key] = make()));
  add(0.4, "env", (): Fields[] => [
    { name: "A", value: random.pick(["1", "$(VAR)", "x $(OTHER) y", "true", ""]) },
    {
      name: "B",
      valueFrom: random.pick<Fields>([
        { configMapKeyRef: { name: other(), key: "k" } },
        { secretKeyRef: { name: other(), key: "k" } },
        { fieldRef: { fieldPath: "metadata.name" } },
      ]),
    },
  ]);
  add(0.3, "envFrom", () => [random.pick<Fields>([{ configMapRef: { name: other() } }, { secretRef: { name: other() } }])]);
  add(0.3, "args", () => random.pick<Value>([["a", "b"], ["$(VAR)"], ["--x=$(VAR)", "5"], "one"]));
  add(0.4, "ports", () =>
    random.pick<Value>([
      [{ containerPort: 80 }],
      [
        { containerPort: 80, protocol: "TCP" },
        { containerPort: 80, protocol: "UDP", name: "u" },
      ],
      [{ containerPort: 80 }, { containerPort: 443 }],
    ]),
  );
  add(0.2, "volumeMounts", () => [{ name: "v", mountPath: "/v" }]);
  add(0.2, "resources", () => ({ limits: { cpu: random.pick<Value>([1, "1", "100m"]), memory: "1Gi" } }));
  return fields;
}

function podSpec(random: Random, other: () => string): Fields {
  const spec: Fields = {
    containers: [container(random, "main", other), ...(random.chance(0.4) ? [container(random, "side", other)] : [])],
  };
  const add = (chance: number, key: string, make: () => Value): void => void (random.chance(chance) && (spec[key] = make()));
  add(0.3, "initContainers", () => [container(random, "init", other)]);
  add(0.1, "ephemeralContainers", () => [container(random, "debug", other)]);
  add(0.3, "serviceAccountName", other);
  add(0.1, "serviceAccount", other);
  add(0.1, "priorityClassName", other);
  add(0.2, "imagePullSecrets", () => [{ name: other() }]);
  add(0.2, "tolerations", () => [{ key: "a", operator: "Exists" }]);
  add(0.2, "hostAliases", () => [{ ip: "1.1.1.1", hostnames: ["a"] }]);
  add(0.1, "topologySpreadConstraints", () => [
    { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule", labelSelector: { matchLabels: { app: "web" } } },
  ]);
  add(0.2, "affinity", () => ({
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, podAffinityTerm: { topologyKey: "z", labelSelector: { matchLabels: { app: "web" } } } },
      ],
    },
  }));
  add(0.4, "volumes", () => [
    {
      name: "v",
      ...random.pick<Fields>([
        { configMap: { name: other() } },
        { secret: { secretName: other() } },
        { persistentVolumeClaim: { claimName: other() } },
        { emptyDir: {} },
        { projected: { sources: [{ configMap: { name: other() } }, { secret: { name: other() } }] } },
      ]),
    },
  ]);
  return spec;
}

function workload(random: Random, name: string, other: () => string): Value {
  const [apiVersion, kind] = random.pick(workloads);
  const head = { apiVersion, kind, metadata: metadata(random, name) };
  const pod = podSpec(random, other);
  const template: Fields = {
    ...(random.chance(0.6)
      ? { metadata: { labels: { app: "web" }, ...(random.chance(0.3) ? { annotations: { note: "t" } } : {}) } }
      : {}),
    spec: pod,
  };
  if (kind === "Pod") return { ...head, spec: pod };
  if (kind === "PodTemplate") return { ...head, template };
  if (kind === "CronJob")
    return {
      ...head,
      spec: {
        schedule: "* * * * *",
        jobTemplate: {
          ...(random.chance(0.3) ? { metadata: { labels: { app: "web" } } } : {}),
          spec: { ...(random.chance(0.2) ? { selector: { matchLabels: { app: "web" } } } : {}), template },
        },
      },
    };
  return {
    ...head,
    spec: {
      ...(random.chance(0.5) ? { replicas: random.pick<Value>([1, 3, "2", 0]) } : {}),
      ...(random.chance(0.5)
        ? {
            selector:
              kind === "ReplicationController" || kind === "DeploymentConfig" ? { app: "web" } : { matchLabels: { app: "web" } },
          }
        : {}),
      template,
      ...(kind === "StatefulSet"
        ? {
            serviceName: other(),
            ...(random.chance(0.4)
              ? {
                  volumeClaimTemplates: [
                    {
                      metadata: { name: "data", ...(random.chance(0.5) ? { labels: { app: "web" } } : {}) },
                      spec: { storageClassName: other() },
                    },
                  ],
                }
              : {}),
          }
        : {}),
    },
  };
}

function otherKind(random: Random, name: string, other: () => string): Value {
  const make = (apiVersion: string, kind: string, rest: Fields): Value => ({
    apiVersion,
    kind,
    metadata: metadata(random, name),
    ...rest,
  });
  const rbac = "rbac.authorization.k8s.io/v1";
  const subject = (): Fields =>
    random.pick<Fields>([
      {
        kind: "ServiceAccount",
        name: random.pick([other(), "default"]),
        ...(random.chance(0.5) ? { namespace: random.pick(["prod", "default", "team-a", "x"]) } : {}),
      },
      { kind: "Group", name: "devs" },
      { kind: "User", name: other(), namespace: "prod" },
    ]);
  const webhook = (): Fields => ({
    name: random.pick(["a.x.io", "b.x.io"]),
    clientConfig: { service: { name: other(), namespace: random.pick(["prod", "default"]) } },
  });
  const makers: readonly (() => Value)[] = [
    () =>
      make("v1", "Service", {
        spec: {
          ports: [
            { port: 80, ...(random.chance(0.3) ? { protocol: "TCP" } : {}) },
            ...(random.chance(0.3) ? [{ port: 80, protocol: "UDP" }] : []),
          ],
          ...(random.chance(0.5) ? { selector: { app: "web" } } : {}),
        },
      }),
    () =>
      make(
        "v1",
        "ConfigMap",
        random.pick<Fields>([
          { data: { k: "v", n: "1", f: "a: 1\nb: [x, y]\n", j: '{"a": {"b": [1, 2]}, "c": "d"}' } },
          { data: { k: "v" }, immutable: true },
          {},
          { binaryData: { b: "aGk=" } },
        ]),
      ),
    () => make("v1", "Secret", random.pick<Fields>([{ type: "Opaque", data: { k: "dg==" } }, { stringData: { k: "v" } }])),
    () =>
      make("v1", "ServiceAccount", {
        ...(random.chance(0.5) ? { secrets: [{ name: other() }], imagePullSecrets: [{ name: other() }] } : {}),
      }),
    () => make("v1", "Namespace", {}),
    () =>
      make("v1", "PersistentVolume", {
        spec: {
          storageClassName: other(),
          claimRef: { name: other(), namespace: "prod" },
          csi: { nodePublishSecretRef: { name: other() } },
        },
      }),
    () =>
      make("v1", "PersistentVolumeClaim", {
        spec: {
          volumeName: other(),
          storageClassName: other(),
          ...(random.chance(0.3) ? { selector: { matchLabels: { app: "web" } } } : {}),
        },
      }),
    () => make("v1", "Node", { spec: { configSource: { configMap: { name: other() } } } }),
    () =>
      make(rbac, "Role", {
        rules: [
          {
            apiGroups: [""],
            resources: random.pick([["secrets"], ["configmaps", "secrets"], ["services"]]),
            resourceNames: [other(), "unknown"],
            verbs: ["get"],
          },
        ],
      }),
    () =>
      make(rbac, "ClusterRole", {
        rules: [{ apiGroups: [""], resources: ["secrets"], resourceNames: [other()], verbs: ["get"] }],
        ...(random.chance(0.2) ? { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { app: "web" } }] } } : {}),
      }),
    () =>
      make(rbac, "RoleBinding", {
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: random.pick(["Role", "ClusterRole"]), name: other() },
        subjects: [subject(), subject()],
      }),
    () =>
      make(rbac, "ClusterRoleBinding", {
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: other() },
        subjects: [subject()],
      }),
    () =>
      make("networking.k8s.io/v1", "Ingress", {
        spec: {
          ingressClassName: other(),
          tls: [{ secretName: other() }],
          defaultBackend: { service: { name: other() } },
          rules: [{ host: "a", http: { paths: [{ path: "/", backend: { service: { name: other(), port: { number: 80 } } } }] } }],
        },
      }),
    () =>
      make("networking.k8s.io/v1", "NetworkPolicy", {
        spec: {
          podSelector: { matchLabels: { app: "web" } },
          ingress: [
            { from: [{ podSelector: { matchLabels: { app: "web" } } }, { namespaceSelector: { matchLabels: { a: "b" } } }] },
          ],
          egress: [{ to: [{ podSelector: { matchLabels: { app: "x" } } }] }],
        },
      }),
    () => make("networking.k8s.io/v1", "IngressClass", {}),
    () => make("policy/v1", "PodDisruptionBudget", { spec: { selector: { matchLabels: { app: "web" } } } }),
    () =>
      make("autoscaling/v2", "HorizontalPodAutoscaler", {
        spec: {
          scaleTargetRef: {
            apiVersion: "apps/v1",
            kind: random.pick(["Deployment", "StatefulSet", "ReplicaSet"]),
            name: other(),
          },
        },
      }),
    () =>
      make("apiregistration.k8s.io/v1", "APIService", {
        spec: { service: { name: other(), namespace: random.pick(["prod", "default"]) } },
      }),
    () =>
      make("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", {
        webhooks: [webhook(), ...(random.chance(0.4) ? [webhook()] : [])],
      }),
    () => make("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", { webhooks: [webhook()] }),
    () => make("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", { spec: { policyName: other() } }),
    () => make("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", { spec: {} }),
    () =>
      make("apiextensions.k8s.io/v1", "CustomResourceDefinition", {
        spec: {
          group: "x.io",
          conversion: { strategy: "Webhook", webhook: { clientConfig: { service: { name: other(), namespace: "prod" } } } },
          versions: [{ name: "v1" }],
        },
      }),
    () =>
      make("storage.k8s.io/v1", "StorageClass", {
        parameters: {
          "csi.storage.k8s.io/node-publish-secret-name": other(),
          "csi.storage.k8s.io/provisioner-secret-name": other(),
        },
      }),
    () => make("scheduling.k8s.io/v1", "PriorityClass", { value: 5 }),
    () => make("monitoring.coreos.com/v1", "ServiceMonitor", { spec: { selector: { matchLabels: { app: "web" } } } }),
    () =>
      make("acme.io/v1", "Widget", {
        spec: {
          a: random.pick<Value>([1, "1", true, null, "x", 1.5, "on"]),
          list: [{ name: "one", v: random.pick<Value>([1, "x", null]) }, { name: "two" }],
          nested: { x: { y: "z" } },
          replicas: 2,
          image: "nginx:1",
          ref: { name: other() },
          text: "a: 1\nb: 2\n",
          json: '{"x":[1,{"y":"z"}]}',
        },
      }),
  ];
  return random.pick(makers)();
}
