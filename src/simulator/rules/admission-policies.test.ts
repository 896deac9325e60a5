import { afterAll, beforeAll, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../server.js";

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ name: "one", speed: Number.POSITIVE_INFINITY });
  await ask("POST", `${admission}/validatingadmissionpolicies`, {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: "small" },
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: ["apps"], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["deployments"] },
        ],
        namespaceSelector: { matchExpressions: [{ key: "free", operator: "DoesNotExist" }] },
      },
      variables: [{ name: "replicas", expression: "object.spec.replicas" }],
      validations: [
        {
          expression: "variables.replicas <= 3",
          messageExpression: "'replicas: ' + string(variables.replicas)",
          reason: "Forbidden",
        },
        { expression: "object.spec.template.spec.containers.all(c, !c.image.endsWith(':latest'))", message: "no latest" },
      ],
    },
  });
  await ask("POST", `${admission}/validatingadmissionpolicybindings`, {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: "everywhere" },
    spec: { policyName: "small", validationActions: ["Deny"] },
  });
});
afterAll(() => simulator.close());

const admission = "/apis/admissionregistration.k8s.io/v1";
const deployments = (namespace: string) => `/apis/apps/v1/namespaces/${namespace}/deployments`;
const deployment = (name: string, replicas: number, image = "web:1") => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "web", image }] } },
  },
});

async function ask(method: string, path: string, body?: object, type = "application/json") {
  const response = await fetch(simulator.url + path, {
    method,
    headers: { "content-type": type },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { code: response.status, body: (await response.json()) as { readonly message: string; readonly reason: string } };
}

const denied = "ValidatingAdmissionPolicy 'small' with binding 'everywhere' denied request";

test("a write that a bound policy's expression refuses is refused with its message, also in a dry run", async () => {
  const many = await ask("POST", deployments("default"), deployment("many", 5));
  expect(many).toMatchObject({
    code: 403,
    body: { reason: "Forbidden", message: `deployments.apps "many" is forbidden: ${denied}: replicas: 5` },
  });
  const latest = await ask("POST", `${deployments("default")}?dryRun=All`, deployment("latest", 1, "web:latest"));
  expect(latest).toMatchObject({
    code: 422,
    body: { reason: "Invalid", message: `deployments.apps "latest" is forbidden: ${denied}: no latest` },
  });
});

test("updates and patches are asked about as they would be stored; what the policy does not match is not", async () => {
  expect((await ask("POST", deployments("default"), deployment("web", 2))).code).toBe(201);
  const path = `${deployments("default")}/web`;
  const patch = "application/merge-patch+json";
  expect((await ask("PATCH", path, { spec: { replicas: 4 } }, patch)).body.message).toContain(`${denied}: replicas: 4`);
  expect((await ask("PATCH", path, { spec: { replicas: 3 } }, patch)).code).toBe(200);
  await ask("POST", "/api/v1/namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "free", labels: { free: "yes" } },
  });
  expect((await ask("POST", deployments("free"), deployment("many", 9))).code).toBe(201);
});
