import { afterEach, describe, expect, test, vi } from "vitest";
import { asObject, type KubernetesObject } from "../../core/manifest/object.js";
import { parseYaml } from "../../core/yaml/parse.js";
import { type Simulator, type SimulatorOptions, startSimulator } from "../server.js";

let simulator: Simulator | undefined;

afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
});

async function clusterWith(text: string, options: Partial<SimulatorOptions> = {}): Promise<KubernetesObject> {
  simulator = await startSimulator({ name: "one", speed: Number.POSITIVE_INFINITY, ...options });
  return simulator.client.create(object(text));
}

function object(text: string): KubernetesObject {
  const parsed = asObject(parseYaml(text, { dialect: "kubernetes" }));
  return { ...parsed, metadata: { ...parsed.metadata, namespace: "default" } };
}

function find(like: KubernetesObject): Record<string, unknown> | undefined {
  return simulator?.client.get(like.apiVersion, like.kind, "default", like.metadata.name)?.["status"] as
    | Record<string, unknown>
    | undefined;
}

function names(apiVersion: string, kind: string): string[] {
  return (simulator?.client.list(apiVersion, kind, "default") ?? []).map((item) => item.metadata.name);
}

/** Waits until the object's status contains `expected`. */
async function reaches(like: KubernetesObject, expected: object): Promise<void> {
  await vi.waitFor(() => expect(find(like)).toMatchObject(expected), { timeout: 5000 });
}

const template = "template: {metadata: {labels: {app: x}}, spec: {containers: [{name: c, image: 'img:1'}]}}";
const selector = "selector: {matchLabels: {app: x}}";

describe("workloads make progress", () => {
  test("a Deployment becomes available through one ReplicaSet and its pods", async () => {
    const made = await clusterWith(
      `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 3, ${selector}, ${template}}}`,
    );
    await reaches(made, { observedGeneration: 1, readyReplicas: 3, updatedReplicas: 3 });
    expect(find(made)?.["conditions"]).toMatchObject([
      { type: "Available", status: "True", reason: "MinimumReplicasAvailable" },
      { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" },
    ]);
    expect(names("v1", "Pod")).toHaveLength(3);
    const [set] = simulator?.client.list("apps/v1", "ReplicaSet", "default") ?? [];
    expect(set?.metadata).toMatchObject({
      ownerReferences: [{ kind: "Deployment", controller: true }],
      annotations: { "deployment.kubernetes.io/revision": "1" },
    });
  });

  test("without pods a Deployment becomes available all the same", async () => {
    const text = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 3, ${selector}, ${template}}}`;
    await reaches(await clusterWith(text, { pods: false }), { readyReplicas: 3 });
    expect(names("v1", "Pod")).toEqual([]);
  });

  test("a Deployment whose image is missing passes its deadline", async () => {
    const broken = template.replace("labels:", "annotations: {simulator.fleetwright.dev/behavior: image-missing}, labels:");
    const made = await clusterWith(
      `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 1, ${selector}, ${broken}}}`,
    );
    await vi.waitFor(() =>
      expect(find(made)?.["conditions"]).toMatchObject([{ status: "False" }, { reason: "ProgressDeadlineExceeded" }]),
    );
    // Pods have timers of their own: on a busy machine the deadline may pass first.
    await vi.waitFor(() => {
      const [pod] = simulator?.client.list("v1", "Pod", "default") ?? [];
      expect(pod?.["status"]).toMatchObject({ containerStatuses: [{ state: { waiting: { reason: "ImagePullBackOff" } } }] });
    });
  });

  test("a StatefulSet makes ordinals with claims that are bound", async () => {
    const claims =
      "volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]";
    const made = await clusterWith(
      `{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {replicas: 2, serviceName: db, ${selector}, ${template}, ${claims}}}`,
    );
    await reaches(made, { readyReplicas: 2, currentReplicas: 2 });
    expect(names("v1", "Pod")).toEqual(["db-0", "db-1"]);
    const status = find(made);
    expect(status?.["currentRevision"]).toBe(status?.["updateRevision"]);
    await vi.waitFor(() => {
      const phases = (simulator?.client.list("v1", "PersistentVolumeClaim", "default") ?? []).map((claim) => [
        claim.metadata.name,
        (claim["status"] as { phase: string }).phase,
      ]);
      expect(phases).toEqual([
        ["data-db-0", "Bound"],
        ["data-db-1", "Bound"],
      ]);
    });
  });

  test("a DaemonSet runs on every node", async () => {
    const made = await clusterWith(
      `{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent}, spec: {${selector}, ${template}}}`,
      { nodes: 2 },
    );
    await reaches(made, { desiredNumberScheduled: 2, numberAvailable: 2, updatedNumberScheduled: 2 });
  });

  test("a Job completes; one whose pods crash fails when its retries are used up", async () => {
    const spec = "spec: {restartPolicy: Never, containers: [{name: c, image: 'img:1'}]}";
    const good = await clusterWith(`{apiVersion: batch/v1, kind: Job, metadata: {name: good}, spec: {template: {${spec}}}}`);
    await reaches(good, {
      succeeded: 1,
      completionTime: expect.any(String),
      conditions: [{ type: "SuccessCriteriaMet" }, { type: "Complete", status: "True" }],
    });
    const crash = "metadata: {annotations: {simulator.fleetwright.dev/behavior: crash}}";
    const bad = simulator!.client.create(
      object(`{apiVersion: batch/v1, kind: Job, metadata: {name: bad}, spec: {backoffLimit: 1, template: {${crash}, ${spec}}}}`),
    );
    await reaches(bad, {
      failed: 2,
      conditions: [{ type: "FailureTarget" }, { type: "Failed", reason: "BackoffLimitExceeded" }],
    });
  });

  test("a LoadBalancer Service and an Ingress get an address; endpoints follow the ready pods", async () => {
    const service = await clusterWith(
      "{apiVersion: v1, kind: Service, metadata: {name: x}, spec: {type: LoadBalancer, selector: {app: x}, ports: [{port: 80}]}}",
    );
    expect(service["spec"]).toMatchObject({
      clusterIP: expect.stringMatching(/^10\.96\./),
      ports: [{ nodePort: expect.any(Number), targetPort: 80 }],
    });
    const ingress = simulator!.client.create(
      object(
        "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: x}, spec: {defaultBackend: {service: {name: x, port: {number: 80}}}}}",
      ),
    );
    simulator!.client.create(
      object("{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {app: x}}, spec: {containers: [{name: c, image: i}]}}"),
    );
    await reaches(service, { loadBalancer: { ingress: [{ ip: expect.any(String) }] } });
    await reaches(ingress, { loadBalancer: { ingress: [{ ip: expect.any(String) }] } });
    await vi.waitFor(() => {
      const endpoints = simulator?.client.get("v1", "Endpoints", "default", "x");
      expect(endpoints?.["subsets"]).toMatchObject([{ addresses: [{ targetRef: { name: "p" } }], ports: [{ port: 80 }] }]);
    });
  });

  test("the simulated time between steps is divided by the speed", async () => {
    const made = await clusterWith(
      "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}",
      { speed: 1 },
    );
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(find(made)?.["phase"]).toBe("Pending");
    await vi.waitFor(() => expect(find(made)?.["phase"]).toBe("Running"), { timeout: 5000 });
  });
});
