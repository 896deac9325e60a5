import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { type ComparePair, compareResource } from "#src/core/diff/compare.js";
import { type CompareOptions, compileCompareOptions } from "#src/core/diff/options.js";
import type { KubernetesObject } from "#src/core/manifest/object.js";
import type { Bench } from "./benches.js";

const goalMicroseconds = 75;
const rounds = 15;

/**
 * `npm run bench -- compare [--objects N]`: CPU time of one comparison with all normalisers on (ignore rules by pointer and jq,
 * known types, status rule, defaults), for objects as a synced application has them and for ones that drifted.
 */
export const compare: Bench = async (args) => {
  const { values } = parseArgs({ args: [...args], options: { objects: { type: "string", default: "2000" } } });
  const count = Number(values.objects);
  const options = allNormalisers();
  const kinds: readonly (readonly [string, (index: number) => ComparePair, boolean])[] = [
    ["Deployment, synced", deployment, false],
    ["Deployment, drifted", (index) => drifted(deployment(index)), true],
    ["Service, synced", service, false],
    ["ConfigMap, synced", configMap, false],
    ["custom resource, synced", customResource, false],
  ];
  let worst = 0;
  for (const [name, make, isModified] of kinds) {
    const pairs = Array.from({ length: count }, (_, index) => make(index));
    const wrong = pairs.filter((pair) => compareResource(pair, options).modified !== isModified).length;
    if (wrong > 0) {
      process.stdout.write(`${name}: ${wrong} wrong verdicts\n`);
      return 1;
    }
    const cost = microseconds(pairs, options);
    if (!isModified) worst = Math.max(worst, cost);
    process.stdout.write(`${name.padEnd(26)} ${cost.toFixed(1).padStart(7)} µs CPU an object\n`);
  }
  process.stdout.write(`goal: ${goalMicroseconds} µs; slowest synced kind: ${worst.toFixed(1)} µs\n`);
  return 0;
};

function microseconds(pairs: readonly ComparePair[], options: CompareOptions): number {
  const times = Array.from({ length: rounds }, () => {
    const before = process.cpuUsage();
    const started = performance.now();
    for (const pair of pairs) compareResource(pair, options);
    const used = process.cpuUsage(before);
    const elapsed = performance.now() - started;
    return Math.min(used.user + used.system, elapsed * 1000) / pairs.length;
  });
  // The quietest round: what neighbours on the machine take away is not the cost of a comparison.
  return Math.min(...times);
}

function allNormalisers(): CompareOptions {
  return compileCompareOptions({
    ignoreDifferences: [
      { group: "apps", kind: "Deployment", jsonPointers: ["/spec/replicas"] },
      { group: "*", kind: "*", jqPathExpressions: ['.metadata.annotations."example.com/stamp"'] },
    ],
    resourceOverrides: new Map([
      ["example.com/Widget", { knownTypeFields: [{ field: "spec.resources", type: "core/v1/ResourceRequirements" }] }],
      [
        "apps/Deployment",
        { ignoreDifferences: { jqPathExpressions: ['.spec.template.spec.containers[] | select(.name == "istio-proxy")'] } },
      ],
    ]),
    ignoreAggregatedRoles: true,
  });
}

const tracking = (index: number, rest: string) => ({ "argocd.argoproj.io/tracking-id": `app-${index}:${rest}` });
const server = {
  uid: "3c1e4f5a-0000-4000-8000-000000000000",
  resourceVersion: "8123456",
  generation: 3,
  creationTimestamp: "2024-05-01T10:00:00Z",
};

/** The live object as kubectl and Argo CD leave it: with the last-applied configuration. */
function pairOf(target: KubernetesObject, live: KubernetesObject): ComparePair {
  const annotations = {
    ...live.metadata.annotations,
    "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify(target),
  };
  return { target, live: { ...live, metadata: { ...live.metadata, ...server, annotations } } };
}

function deployment(index: number): ComparePair {
  const name = `web-${index}`;
  const labels = { app: name, "app.kubernetes.io/part-of": "shop" };
  const container = {
    name: "app",
    image: "registry.example.com/shop/web:1.4.2",
    ports: [{ name: "http", containerPort: 8080 }],
    env: [
      { name: "REGION", value: "eu-west-1" },
      { name: "DB_HOST", valueFrom: { secretKeyRef: { name: "db", key: "host" } } },
      { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    ],
    resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } },
    readinessProbe: { httpGet: { path: "/ready", port: "http" } },
    volumeMounts: [{ name: "config", mountPath: "/etc/web" }],
  };
  const target: KubernetesObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "shop", labels, annotations: tracking(index, `apps/Deployment:shop/${name}`) },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels }, spec: { containers: [container], volumes: [{ name: "config", configMap: { name } }] } },
    },
  };
  const liveContainer = {
    ...container,
    ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
    env: [
      ...container.env.slice(0, 2),
      { name: "POD", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } } },
    ],
    readinessProbe: {
      httpGet: { path: "/ready", port: "http", scheme: "HTTP" },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    },
    imagePullPolicy: "IfNotPresent",
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
  };
  const podSpec = {
    containers: [liveContainer],
    volumes: [{ name: "config", configMap: { name, defaultMode: 420 } }],
    dnsPolicy: "ClusterFirst",
    restartPolicy: "Always",
    schedulerName: "default-scheduler",
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  };
  const condition = { lastTransitionTime: "2024-05-01T10:00:00Z", lastUpdateTime: "2024-05-01T10:00:00Z", status: "True" };
  const live: KubernetesObject = {
    ...target,
    spec: {
      replicas: 5,
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels }, spec: podSpec },
    },
    status: {
      observedGeneration: 3,
      replicas: 5,
      readyReplicas: 5,
      conditions: [
        { type: "Available", ...condition },
        { type: "Progressing", ...condition },
      ],
    },
  };
  return pairOf(target, live);
}

function drifted(pair: ComparePair): ComparePair {
  const live = structuredClone(pair.live) as unknown as { spec: { template: { spec: { containers: { image: string }[] } } } };
  for (const container of live.spec.template.spec.containers) container.image = "registry.example.com/shop/web:hotfix";
  return { target: pair.target, live: live as unknown as KubernetesObject };
}

function service(index: number): ComparePair {
  const name = `web-${index}`;
  const target: KubernetesObject = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "shop", annotations: tracking(index, `/Service:shop/${name}`) },
    spec: { selector: { app: name }, ports: [{ name: "http", port: 80, targetPort: "http" }] },
  };
  const spec = {
    selector: { app: name },
    ports: [{ name: "http", port: 80, targetPort: "http", protocol: "TCP" }],
    clusterIP: "10.96.12.8",
    clusterIPs: ["10.96.12.8"],
    internalTrafficPolicy: "Cluster",
    ipFamilies: ["IPv4"],
    ipFamilyPolicy: "SingleStack",
    sessionAffinity: "None",
    type: "ClusterIP",
  };
  return pairOf(target, { ...target, spec, status: { loadBalancer: {} } });
}

function configMap(index: number): ComparePair {
  const name = `web-${index}`;
  const data = Object.fromEntries(Array.from({ length: 20 }, (_, key) => [`key-${key}`, `value ${key} of ${name}`]));
  const target: KubernetesObject = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "shop", annotations: tracking(index, `/ConfigMap:shop/${name}`) },
    data,
  };
  return pairOf(target, target);
}

function customResource(index: number): ComparePair {
  const name = `widget-${index}`;
  const target: KubernetesObject = {
    apiVersion: "example.com/v1",
    kind: "Widget",
    metadata: { name, namespace: "shop", annotations: tracking(index, `example.com/Widget:shop/${name}`) },
    spec: { size: 3, resources: { requests: { cpu: "1000m" } }, endpoints: [{ host: "a.example.com", weight: 10 }] },
  };
  const spec = {
    size: 3,
    mode: "auto",
    resources: { requests: { cpu: "1" } },
    endpoints: [{ host: "a.example.com", weight: 10 }],
  };
  return pairOf(target, { ...target, spec, status: { phase: "Ready" } });
}
