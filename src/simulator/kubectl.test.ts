import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kubeconfigOf, type Simulator, startSimulator } from "./server.js";

const hasKubectl = spawnSync("kubectl", ["version", "--client"]).status === 0;
if (!hasKubectl) console.warn("kubectl is not on PATH: its tests are skipped");

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

let simulator: Simulator;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "simulator-"));
  simulator = await startSimulator({ name: "one", speed: 50 });
  writeFileSync(join(folder, "config"), kubeconfigOf([simulator]));
});

afterAll(async () => {
  await simulator?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Not synchronous: the server lives in this process. */
function run(
  args: readonly string[],
  options: { readonly input?: string; readonly env?: Record<string, string> } = {},
): Promise<Result> {
  return new Promise((resolve) => {
    const env = { ...process.env, KUBECONFIG: join(folder, "config"), HOME: folder, ...options.env };
    const child = execFile("kubectl", [...args], { env, timeout: 30_000 }, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error ? 1 : 0, out, err });
    });
    child.stdin?.end(options.input ?? "");
  });
}

async function kubectl(command: string, input?: string): Promise<string> {
  const { code, out, err } = await run(command.split(" "), input === undefined ? {} : { input });
  if (code !== 0) throw new Error(`kubectl ${command}: ${err}`);
  return out;
}

function deployment(name: string, image = "nginx:1.25"): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, labels: {app: ${name}}}
spec:
  replicas: 2
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: web, image: "${image}", ports: [{containerPort: 80}]}]}
`;
}

describe.skipIf(!hasKubectl)("kubectl works against a simulated cluster", () => {
  test("it lists the resources and says the server's version", async () => {
    expect(await kubectl("api-resources")).toMatch(/deployments +deploy +apps\/v1 +true +Deployment/);
    expect(await kubectl("version")).toContain("Server Version: v1.32.4");
    expect(await kubectl("get nodes -o wide")).toContain("one-node-3");
  });

  test("client-side apply creates, repeats without a change and rolls out", async () => {
    expect(await kubectl("apply -f -", deployment("web"))).toBe("deployment.apps/web created\n");
    expect(await kubectl("apply -f -", deployment("web"))).toBe("deployment.apps/web unchanged\n");
    expect(await kubectl("rollout status deploy/web --timeout=20s")).toContain('deployment "web" successfully rolled out');
    expect(await kubectl("get deploy web")).toMatch(/web +2\/2 +2 +2/);
    expect((await kubectl("get pods -l app=web -o wide")).match(/1\/1 +Running/g)).toHaveLength(2);
    expect(await kubectl("get deploy web -o yaml")).toContain("terminationMessagePath: /dev/termination-log");
    expect(await kubectl("describe deploy web")).toContain("MinimumReplicasAvailable");
  });

  test("server-side apply reports whom it conflicts with, and takes over by force", async () => {
    await kubectl("apply --server-side --field-manager=team-a -f -", deployment("shared"));
    const refused = await run("apply --server-side --field-manager=team-b -f -".split(" "), {
      input: deployment("shared", "nginx:1.26"),
    });
    expect(refused.err).toContain('conflict with "team-a": .spec.template.spec.containers[name="web"].image');
    await kubectl("apply --server-side --field-manager=team-b --force-conflicts -f -", deployment("shared", "nginx:1.26"));
    expect(await kubectl("get deploy shared -o jsonpath={.spec.template.spec.containers[0].image}")).toBe("nginx:1.26");
  });

  test("an apply with an unknown field is refused, and diff shows what an apply would change", async () => {
    const refused = await run(["apply", "-f", "-"], { input: deployment("typo").replace("replicas", "replica") });
    expect(refused.err).toContain('unknown field "spec.replica"');
    const shown = await run(["diff", "-f", "-"], { input: deployment("web", "nginx:1.27") });
    expect(shown.out).toContain("+      - image: nginx:1.27");
  });

  test("scale, restart, set image and undo make new revisions", async () => {
    expect(await kubectl("scale deploy web --replicas=3")).toContain("scaled");
    await kubectl("rollout status deploy/web --timeout=20s");
    await kubectl("rollout restart deploy/web");
    await kubectl("rollout status deploy/web --timeout=20s");
    await kubectl("set image deploy/web web=nginx:1.28");
    expect(await kubectl("rollout history deploy/web")).toMatch(/^3 /m);
    await kubectl("rollout undo deploy/web");
    expect(await kubectl("get deploy web -o jsonpath={.spec.template.spec.containers[0].image}")).toBe("nginx:1.25");
  });

  test("label, annotate and the three kinds of patch change an object", async () => {
    await kubectl("label deploy web team=shop");
    await kubectl("annotate deploy web note=seen");
    await run([
      "patch",
      "deploy",
      "web",
      "-p",
      '{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"busybox"}]}}}}',
    ]);
    await run(["patch", "deploy", "web", "--type=merge", "-p", '{"metadata":{"labels":{"tier":"front"}}}']);
    await run(["patch", "deploy", "web", "--type=json", "-p", '[{"op":"add","path":"/spec/paused","value":true}]']);
    const object = JSON.parse(await kubectl("get deploy web -o json"));
    expect(object.metadata.labels).toMatchObject({ team: "shop", tier: "front" });
    expect(object.metadata.annotations.note).toBe("seen");
    expect(object.spec.template.spec.containers.map((item: { name: string }) => item.name)).toEqual(["side", "web"]);
    expect(object.spec.paused).toBe(true);
  });

  test("edit opens the object in an editor and sends what it leaves", async () => {
    const edited = await run(["edit", "deploy", "web"], { env: { KUBE_EDITOR: "sed -i s/tier:.front/tier:\\ back/" } });
    expect(edited.out).toContain("edited");
    expect(await kubectl("get deploy web -o jsonpath={.metadata.labels.tier}")).toBe("back");
  });

  test("create sends protobuf for many kinds", async () => {
    expect(await kubectl("create ns shop")).toBe("namespace/shop created\n");
    await kubectl("create configmap settings --from-literal=a=b -n shop");
    await kubectl("create secret generic key --from-literal=x=y -n shop");
    await kubectl("create serviceaccount robot -n shop");
    await kubectl("create deployment api --image=nginx --replicas=1 -n shop");
    await kubectl("create job once --image=busybox -n shop");
    await kubectl("create role reader --verb=get --resource=pods -n shop");
    await kubectl("create ingress front --rule=shop.example/api=api:80 -n shop");
    await kubectl("expose deployment api --port=80 -n shop");
    expect(await kubectl("get configmap settings -n shop -o jsonpath={.data.a}")).toBe("b");
    expect(await kubectl("get secret key -n shop -o jsonpath={.data.x}")).toBe("eQ==");
    expect(await kubectl("wait --for=condition=Complete job/once -n shop --timeout=20s")).toContain("condition met");
    expect(await kubectl("wait --for=jsonpath={.status.loadBalancer.ingress} ingress/front -n shop --timeout=20s")).toContain(
      "condition met",
    );
    const missing = await run("create configmap x -n nowhere".split(" "));
    expect(missing.err).toContain('namespaces "nowhere" not found');
  });

  test("a watch shows the changes as they come", async () => {
    const watched = run("get configmap -n shop -w --request-timeout=2s".split(" "));
    await new Promise((resolve) => setTimeout(resolve, 700));
    await kubectl("create configmap later --from-literal=a=b -n shop");
    expect((await watched).out).toMatch(/later +1/);
  });

  test("explain reads the OpenAPI document, auth can-i asks the server", async () => {
    expect(await kubectl("explain deployment.spec.replicas")).toContain("FIELD: replicas <integer>");
    expect(await kubectl("auth can-i create pods")).toBe("yes\n");
    expect(await kubectl("auth whoami")).toContain("system:masters");
  });

  test("a custom resource is validated, defaulted, shown with its columns and explained", async () => {
    await kubectl("apply -f -", widgetDefinition);
    await kubectl("wait --for=condition=Established crd/widgets.example.com --timeout=10s");
    const bad = await run(["apply", "-f", "-"], { input: widget("XL") });
    expect(bad.err).toContain('spec.size: Unsupported value: "XL": supported values: "S", "M"');
    await kubectl("apply --server-side -f -", widget("M"));
    expect(await kubectl("get wd")).toMatch(/NAME +SIZE +AGE\nw1 +M /);
    expect(await kubectl("get wd w1 -o jsonpath={.spec.replicas}")).toBe("1");
    expect(await kubectl("scale widget w1 --replicas=4")).toContain("scaled");
    expect(await kubectl("explain widget.spec.size")).toContain("how big");
  });

  test("deleting a deployment takes its pods along, deleting a namespace all that is in it", async () => {
    await kubectl("delete deploy web shared --wait");
    await kubectl("wait --for=delete pod -l app=web --timeout=20s");
    expect(await kubectl("delete ns shop --timeout=20s")).toContain('namespace "shop" deleted');
    expect((await run("get ns shop".split(" "))).err).toContain("NotFound");
    await kubectl("delete crd widgets.example.com");
  });
});

function widget(size: string): string {
  return `apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w1}\nspec: {size: ${size}}\n`;
}

const widgetDefinition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, kind: Widget, shortNames: [wd]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}, scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}}
    additionalPrinterColumns:
    - {name: Size, type: string, jsonPath: .spec.size}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              size: {type: string, enum: [S, M], description: how big}
              replicas: {type: integer, default: 1}
`;
