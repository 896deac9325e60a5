import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { diskTree } from "#src/adapters/fs/disk-tree.js";
import { loadChart, templateChart } from "#src/core/helm/index.js";
import { buildKustomization } from "#src/core/kustomize/index.js";
import { asObject, type KubernetesObject } from "#src/core/manifest/object.js";
import { isObject } from "#src/core/manifest/value.js";
import { parseYamlDocuments } from "#src/core/yaml/parse.js";

const tree = diskTree(fileURLToPath(new URL("../../deploy", import.meta.url)));
const chart = loadChart(tree, "chart/fleetwright");

test("the chart with its default values makes what deploy/install holds", () => {
  const installed = new Map(built("install").map((object) => [idOf(object), object]));
  for (const id of [...installed.keys()])
    if (id.startsWith("CustomResourceDefinition/") || id.startsWith("Namespace/")) installed.delete(id);
  const charted = new Map(rendered({}).map((object) => [idOf(object), object]));
  expect([...charted.keys()].sort()).toEqual([...installed.keys()].sort());
  for (const [id, object] of charted) expect(withoutLabels(object), id).toEqual(withoutLabels(installed.get(id)!));
});

test("deploy/install.yaml is what deploy/install builds", () => {
  const written = readFileSync(new URL("../../deploy/install.yaml", import.meta.url), "utf8");
  const result = buildKustomization(tree, "install");
  expect(result.kind === "built" && written.slice(written.indexOf("\n") + 1) === result.yaml()).toBe(true);
});

test("without the rights on its own cluster the chart makes no ClusterRole, and further rules go to its Role", () => {
  const rule = { apiGroups: ["cluster.open-cluster-management.io"], resources: ["placementdecisions"], verbs: ["list"] };
  const made = rendered({ rbac: { cluster: false, rules: [rule] } });
  expect(made.filter(({ kind }) => kind.startsWith("ClusterRole"))).toEqual([]);
  expect(made.filter(({ kind }) => kind === "Role").map((role) => (role["rules"] as object[]).at(-1))).toEqual([rule]);
});

test("the namespaced mode gives no right on the whole cluster, and tells the controller which namespaces are its", () => {
  const made = rendered({ namespaced: { enabled: true, namespaces: ["shop", "billing"] } });
  expect(made.filter(({ kind }) => kind.startsWith("ClusterRole"))).toEqual([]);
  expect(
    made
      .filter(({ kind }) => kind === "Role")
      .map(({ metadata }) => metadata.namespace)
      .sort(),
  ).toEqual(["billing", "fleetwright", "shop"]);
  expect(made.find(({ kind }) => kind === "Secret")).toMatchObject({
    metadata: { labels: { "argocd.argoproj.io/secret-type": "cluster" } },
    stringData: { server: "https://kubernetes.default.svc", namespaces: "shop,billing", clusterResources: "false" },
  });
});

test("several replicas are told how many they are, and may reach each other and the Redis", () => {
  const made = rendered({ replicas: 3, redis: { url: "redis://cache:6380", passwordSecret: { name: "redis" } } });
  const set = made.find(({ kind }) => kind === "StatefulSet") as unknown as {
    spec: { replicas: number; template: { spec: { containers: { env: { name: string; value?: string }[] }[] } } };
  };
  const [container] = set.spec.template.spec.containers;
  expect(set.spec.replicas).toBe(3);
  expect(container!.env).toContainEqual({ name: "ARGOCD_CONTROLLER_REPLICAS", value: "3" });
  expect(container!.env).toContainEqual({ name: "FLEETWRIGHT_REDIS", value: "redis://cache:6380" });
  expect(container!.env).toContainEqual({
    name: "REDIS_PASSWORD",
    valueFrom: { secretKeyRef: { name: "redis", key: "auth" } },
  });
  const policy = made.find(({ kind }) => kind === "NetworkPolicy") as unknown as { spec: { egress: unknown[] } };
  expect(policy.spec.egress).toContainEqual({ ports: [{ protocol: "TCP", port: 6380 }] });
  expect(policy.spec.egress).toContainEqual(expect.objectContaining({ ports: [{ protocol: "TCP", port: "http" }] }));
});

test("values reach the pod", () => {
  const made = rendered({
    image: { tag: "v9" },
    resources: { requests: { cpu: "2" } },
    extraArgs: ["--log-level", "debug"],
    extraEnv: [{ name: "HTTPS_PROXY", value: "http://proxy:3128" }],
    priorityClassName: "system-cluster-critical",
    imagePullSecrets: [{ name: "pull" }],
  });
  const pod = made.find(({ kind }) => kind === "StatefulSet") as unknown as {
    spec: { template: { spec: Record<string, unknown> } };
  };
  expect(pod.spec.template.spec).toMatchObject({
    priorityClassName: "system-cluster-critical",
    imagePullSecrets: [{ name: "pull" }],
  });
  const [container] = pod.spec.template.spec["containers"] as Record<string, unknown>[];
  expect(container).toMatchObject({ image: "ghcr.io/fleetwright/fleetwright:v9" });
  expect((container!["args"] as string[]).slice(-2)).toEqual(["--log-level", "debug"]);
  expect((container!["env"] as { name: string }[]).map(({ name }) => name)).toEqual([
    "POD_NAMESPACE",
    "POD_NAME",
    "POD_IP",
    "ARGOCD_CONTROLLER_REPLICAS",
    "NODE_OPTIONS",
    "HTTPS_PROXY",
  ]);
  expect((container!["resources"] as { requests: unknown }).requests).toEqual({ cpu: "2", memory: "768Mi" });
});

test("what is switched off is not there", () => {
  const kinds = rendered({
    networkPolicy: { enabled: false },
    podDisruptionBudget: { enabled: false },
    rbac: { create: false },
    serviceAccount: { create: false, name: "mine" },
  }).map(({ kind }) => kind);
  expect(kinds.sort()).toEqual(["Service", "StatefulSet"]);
});

test("a ServiceMonitor and the alert rules of deploy/alerts come when they are asked for", () => {
  const made = rendered({
    metrics: { serviceMonitor: { enabled: true, labels: { release: "prom" } }, prometheusRule: { enabled: true } },
  });
  expect(made.find(({ kind }) => kind === "ServiceMonitor")?.metadata.labels?.["release"]).toBe("prom");
  const rules = readFileSync(new URL("../../deploy/alerts/fleetwright.rules.yaml", import.meta.url), "utf8");
  const spec = parseYamlDocuments(rules, { dialect: "kubernetes" })[0];
  expect(made.find(({ kind }) => kind === "PrometheusRule")?.["spec"]).toEqual(spec);
});

test.each([
  ["replicas", { replicas: -1 }],
  ["namespaces", { namespaced: { enabled: true } }],
  ["networkpolicy", { networkpolicy: {} }],
])("values that cannot be meant are refused by the chart's schema: %s", (named, values) => {
  expect(() => rendered(values)).toThrow(new RegExp(named));
});

function built(directory: string): readonly KubernetesObject[] {
  const result = buildKustomization(tree, directory);
  if (result.kind !== "built") throw new Error(`deploy/${directory} needs what is not in the repository`);
  return objects(result.yaml());
}

function rendered(values: object): readonly KubernetesObject[] {
  return objects(templateChart(chart, values, { releaseName: "fleetwright", namespace: "fleetwright" }).yaml);
}

function objects(yaml: string): readonly KubernetesObject[] {
  return parseYamlDocuments(yaml, { dialect: "kubernetes" })
    .filter(isObject)
    .map((value) => asObject(value));
}

function idOf({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata.namespace ?? ""}/${metadata.name}`;
}

function withoutLabels({ metadata: { labels: _, ...metadata }, ...rest }: KubernetesObject): object {
  return { ...rest, metadata };
}
