import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "#src/adapters/clock/system-clock.js";
import { kubernetesClient } from "#src/adapters/kubernetes/kubernetes-client.js";
import { notificationSender } from "#src/adapters/notifications/notification-sender.js";
import type { KubernetesObject } from "#src/core/manifest/object.js";
import { asObject } from "#src/core/manifest/object.js";
import { parseYamlDocuments } from "#src/core/yaml/parse.js";
import { type ControlPlane, controlPlane } from "#src/engine/control-plane.js";
import { Notifier } from "#src/engine/notifications/notifier.js";
import type { ClusterPort } from "#src/ports/cluster.js";
import { silentTelemetry, type Telemetry } from "#src/ports/telemetry.js";
import { type Simulator, startSimulator } from "#src/simulator/server.js";

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

const received: Received[] = [];
const mails: string[] = [];
const logged: string[] = [];
/** Statuses that the next requests of a path are answered with. */
const failures = new Map<string, number[]>();
let hub: ClusterPort;
let simulator: Simulator;
let web: Server;
let smtp: TcpServer;
const replicas: { readonly plane: ControlPlane; readonly notifier: Notifier }[] = [];
const log = (message: string, fields?: object): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
const telemetry: Telemetry = {
  ...silentTelemetry,
  log: { debug: log, info: log, warn: log, error: log, with: () => telemetry.log },
};
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const secrets = {
  "slack-token": "xoxb-not-to-be-seen",
  "hook-token": "hook-not-to-be-seen",
  "mail-password": "mail-not-to-be-seen",
};

const apply = async (text: string): Promise<void> => {
  for (const document of parseYamlDocuments(text, { dialect: "kubernetes" }))
    await hub.apply(asObject(document), { fieldManager: "test", force: true });
};

const settings = (url: string, smtpPort: number): string => `apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-notifications-cm, namespace: argocd}
data:
  context: |
    region: eu
  service.webhook.hook: |
    url: ${url}/hook
    headers: [{name: x-token, value: $hook-token}]
  service.slack: |
    apiURL: ${url}/slack
    token: $slack-token
  service.teams: |
    recipientUrls: {ops: ${url}/teams/$hook-token}
  service.github: |
    appID: "7"
    installationID: "9"
    enterpriseBaseURL: ${url}/github
    privateKey: $github-key
  service.email: |
    host: 127.0.0.1
    port: ${smtpPort}
    from: fleet@example.com
    username: ada
    password: $mail-password
    insecure_skip_verify: true
  template.synced: |
    message: "{{.app.metadata.name}} is synced in {{.context.region}}"
    webhook: {hook: {method: POST, body: '{"app": "{{.app.metadata.name}}", "revision": "{{.app.status.operationState.syncResult.revision}}"}'}}
    teams: {title: "{{.app.metadata.name}}", facts: '[{"name": "Revision", "value": "{{.app.status.operationState.syncResult.revision}}"}]'}
    email: {subject: "{{.app.metadata.name}} is synced", body: "All is well with {{.app.metadata.name}}."}
    github: {status: {state: success, label: "cd/{{.app.metadata.name}}", targetURL: "https://argo.example/{{.app.metadata.name}}"}}
  trigger.on-deleted: |
    - when: app.metadata.deletionTimestamp != nil
      oncePer: app.metadata.name
      send: [synced]
  trigger.on-synced: |
    - when: app.status.operationState.phase in ['Succeeded']
      oncePer: app.status.operationState.syncResult.revision
      send: [synced]
`;

const commit = (digit: string): string => digit.repeat(40);

async function application(name: string, subscriptions: Readonly<Record<string, string>>): Promise<void> {
  const annotations = Object.fromEntries(
    Object.entries(subscriptions).map(([key, value]) => [`notifications.argoproj.io/${key}`, value]),
  );
  await hub.create({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: { name, namespace: "argocd", annotations },
    spec: { project: "default", source: { repoURL: "https://github.com/shop/fleet.git", path: "." }, destination: { name: "x" } },
  } as KubernetesObject);
}

const refOf = (name: string) => ({ apiVersion: "argoproj.io/v1alpha1", kind: "Application", namespace: "argocd", name });
const synced = (name: string, revision: string) =>
  hub.patch(
    refOf(name),
    {
      status: {
        operationState: {
          phase: "Succeeded",
          operation: {},
          startedAt: "2026-01-05T11:00:00Z",
          syncResult: { revision, source: { repoURL: "x" } },
        },
      },
    },
    { type: "merge" },
  );
const annotationOf = async (name: string, key: string): Promise<string | undefined> =>
  (await hub.get(refOf(name)))?.metadata.annotations?.[key];

async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not in time; logged ${logged.slice(-5).join("\n")}`);
}

const hooksOf = (name: string): readonly Received[] =>
  received.filter(({ path, body }) => path === "/hook" && body.includes(`"${name}"`));

/** Two replicas of the notifier, each with its own view of the hub. */
beforeAll(async () => {
  web = createHttpServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => void (body += chunk.toString()));
    request.on("end", () => {
      const path = request.url ?? "";
      received.push({ method: request.method ?? "", path, headers: request.headers, body });
      response.statusCode = failures.get(path)?.shift() ?? 200;
      if (path.startsWith("/slack")) response.end('{"ok": true}');
      else if (path.endsWith("/access_tokens")) response.end('{"token": "installation-token"}');
      else response.end("1");
    });
  });
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  smtp = createTcpServer((socket) => {
    let mail = "";
    let isData = false;
    socket.write("220 test\r\n");
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      for (const line of chunk.toString().split("\r\n").slice(0, -1)) {
        if (isData && line === ".") {
          isData = false;
          mails.push(mail);
          socket.write("250 taken\r\n");
        } else if (isData) mail += `${line}\n`;
        else if (line.startsWith("EHLO")) socket.write("250-test\r\n250 AUTH PLAIN\r\n");
        else if (line.startsWith("AUTH PLAIN")) {
          mail = `AUTH ${Buffer.from(line.slice(11), "base64").toString().replaceAll("\0", " ")}\n`;
          socket.write("235 welcome\r\n");
        } else if (line === "DATA") {
          isData = true;
          socket.write("354 go on\r\n");
        } else if (line === "QUIT") socket.end("221 bye\r\n");
        else socket.write("250 ok\r\n");
      }
    });
  });
  await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
  simulator = await startSimulator({ name: "hub", speed: 1, pods: false });
  hub = kubernetesClient({ server: simulator.url, bearerToken: simulator.token });
  for (const crd of ["applications", "applicationsets", "appprojects"])
    await apply(readFileSync(new URL(`../../deploy/crds/${crd}.yaml`, import.meta.url), "utf8"));
  await apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: argocd}\n");
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  await hub.create({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "argocd-notifications-secret", namespace: "argocd" },
    stringData: { ...secrets, "github-key": key },
  } as KubernetesObject);
  await apply(settings(`http://127.0.0.1:${(web.address() as AddressInfo).port}`, (smtp.address() as AddressInfo).port));
  const clock = systemClock();
  for (let index = 0; index < 2; index++) {
    const holder: { notifier?: Notifier } = {};
    const plane = controlPlane({
      hub,
      namespace: "argocd",
      clock,
      scope: () => ({ applications: [], applicationSets: [] }),
      random: Math.random,
      telemetry,
      onApplication: ({ before, after }) => {
        const { metadata } = (after ?? before)!;
        holder.notifier?.add(`${metadata.namespace}/${metadata.name}`);
      },
      onApplicationSet: () => {},
      onProject: () => holder.notifier?.addAll(),
      onSecret: () => {},
      onConfigMap: () => holder.notifier?.addAll(),
    });
    const { applications, projects, configMaps } = plane;
    const notifier = new Notifier({
      hub,
      namespace: "argocd",
      applications,
      projects,
      configMaps,
      clock,
      telemetry,
      port: notificationSender({ nowMs: () => clock.now() }),
      firstRestMs: 120_000,
      describe: async () => ({ author: "Ada", date: "2026-01-05T11:00:00Z", message: "m" }),
    });
    holder.notifier = notifier;
    await plane.start();
    notifier.start();
    replicas.push({ plane, notifier });
  }
}, 60_000);

afterAll(async () => {
  for (const { plane, notifier } of replicas) {
    await notifier.stop();
    await plane.stop();
  }
  await hub.close();
  await simulator.close();
  web.close();
  smtp.close();
});

test("each of many Applications is told of once, though two replicas see it, and once more for another revision", async () => {
  const names = Array.from({ length: 20 }, (_, index) => `many-${index}`);
  for (const name of names) await application(name, { "subscribe.on-synced.hook": "" });
  await Promise.all(names.map((name) => synced(name, commit("a"))));
  await eventually(() => names.every((name) => hooksOf(name).length > 0));
  await Promise.all(replicas.map(({ notifier }) => notifier.whenIdle()));
  expect(names.map((name) => hooksOf(name).length)).toEqual(names.map(() => 1));
  expect(hooksOf("many-0")[0]).toMatchObject({
    method: "POST",
    headers: { "x-token": "hook-not-to-be-seen" },
    body: `{"app": "many-0", "revision": "${commit("a")}"}`,
  });
  expect(Object.keys(JSON.parse((await annotationOf("many-0", "notified.notifications.argoproj.io"))!) as object)).toEqual([
    expect.stringMatching(/^a{40}:on-synced:\[0\]\.[\w-]+=*:hook:$/),
  ]);
  await synced("many-0", commit("b"));
  await eventually(() => hooksOf("many-0").length === 2);
  // The state holds the revisions that were told: going back to one tells nobody again.
  await synced("many-0", commit("a"));
  await eventually(async () => (await annotationOf("many-0", "fleetwright.dev/notifying")) === undefined);
  await Promise.all(replicas.map(({ notifier }) => notifier.whenIdle()));
  expect(hooksOf("many-0")).toHaveLength(2);
}, 60_000);

test("Slack, Teams, mail and GitHub get what they take, by the project's subscription too", async () => {
  await apply(`apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: default, namespace: argocd, annotations: {notifications.argoproj.io/subscribe.on-synced.teams: ops}}
spec: {}
`);
  await application("all", {
    "subscribe.on-synced.slack": "deploys",
    "subscribe.on-synced.email": "bo@example.com",
    "subscribe.on-synced.github": "",
  });
  await synced("all", commit("c"));
  await eventually(
    () =>
      mails.some((mail) => mail.includes("All is well with all.")) && received.some(({ path }) => path.includes("/statuses/")),
  );
  await eventually(() => received.some(({ path, body }) => path.startsWith("/teams") && body.includes('"title":"all"')));
  const slack = received.find(({ path, body }) => path === "/slack/chat.postMessage" && body.includes("all is synced"))!;
  expect(slack.headers["authorization"]).toBe("Bearer xoxb-not-to-be-seen");
  expect(JSON.parse(slack.body)).toMatchObject({ channel: "deploys", text: "all is synced in eu" });
  const teams = received.find(({ path, body }) => path.startsWith("/teams") && body.includes('"title":"all"'))!;
  expect(JSON.parse(teams.body)).toMatchObject({
    "@type": "MessageCard",
    sections: [{ facts: [{ name: "Revision", value: commit("c") }] }],
  });
  const mail = mails.find((text) => text.includes("All is well with all."))!;
  expect(mail).toContain("AUTH  ada mail-not-to-be-seen");
  expect(mail).toMatch(/^To: bo@example.com$/m);
  expect(mail).toMatch(/^Subject: all is synced$/m);
  const [token, status] = received.filter(({ path }) => path.startsWith("/github"));
  expect(token).toMatchObject({ path: "/github/app/installations/9/access_tokens" });
  expect(status).toMatchObject({
    path: `/github/repos/shop/fleet/statuses/${commit("c")}`,
    headers: { authorization: "Bearer installation-token" },
  });
  expect(JSON.parse(status!.body)).toMatchObject({ state: "success", context: "cd/all", description: "all is synced in eu" });
}, 60_000);

test("a service that fails is tried again, one that refuses is not, and no log shows a secret", async () => {
  failures.set("/hook", [500, 503]);
  await application("again", { "subscribe.on-synced.hook": "" });
  await synced("again", commit("d"));
  await eventually(() => hooksOf("again").length === 3);
  await eventually(async () => (await annotationOf("again", "fleetwright.dev/notifying")) === undefined);
  failures.set("/hook", [400]);
  await application("refused", { "subscribe.on-synced.hook": "" });
  await synced("refused", commit("e"));
  await eventually(() => logged.some((line) => line.startsWith("a notification was not delivered") && line.includes("refused")));
  await Promise.all(replicas.map(({ notifier }) => notifier.whenIdle()));
  expect([hooksOf("again").length, hooksOf("refused").length]).toEqual([3, 1]);
  for (const secret of Object.values(secrets)) expect(logged.join("\n")).not.toContain(secret);
}, 60_000);

test("the deletion of an Application is told while its finalizers hold it", async () => {
  await application("leaving", { "subscribe.on-deleted.hook": "" });
  await hub.patch(refOf("leaving"), { metadata: { finalizers: ["resources-finalizer.argocd.argoproj.io"] } }, { type: "merge" });
  await synced("leaving", commit("7"));
  await Promise.all(replicas.map(({ notifier }) => notifier.whenIdle()));
  expect(hooksOf("leaving")).toEqual([]);
  await hub.delete(refOf("leaving"));
  await eventually(
    async () => hooksOf("leaving").length > 0 && (await annotationOf("leaving", "fleetwright.dev/notifying")) === undefined,
  );
  await hub.patch(refOf("leaving"), { metadata: { finalizers: null } }, { type: "merge" });
  await Promise.all(replicas.map(({ notifier }) => notifier.whenIdle()));
  expect(hooksOf("leaving")).toHaveLength(1);
}, 60_000);

test("a service that stays down is left alone, however often the Application changes meanwhile", async () => {
  failures.set(
    "/hook",
    Array.from({ length: 1_000 }, () => 500),
  );
  await application("down", { "subscribe.on-synced.hook": "" });
  await synced("down", commit("9"));
  const given = () =>
    logged.filter((line) => line.startsWith("a notification was not delivered") && line.includes("down")).length;
  await eventually(async () => given() > 0 && (await annotationOf("down", "fleetwright.dev/notifying")) === undefined);
  // What is taken back for all, the other replica may try as well, once.
  for (let change = 0; change < 20; change++) {
    await hub.patch(refOf("down"), { metadata: { labels: { change: String(change) } } }, { type: "merge" });
    await Promise.all(replicas.map(({ notifier }) => notifier.whenIdle()));
  }
  await eventually(async () => (await annotationOf("down", "fleetwright.dev/notifying")) === undefined);
  expect(hooksOf("down").length).toBeLessThanOrEqual(8);
  expect((await annotationOf("down", "notified.notifications.argoproj.io")) ?? "").not.toContain(":hook:");
  failures.clear();
  // Another revision is another notification.
  await synced("down", commit("8"));
  await eventually(() => hooksOf("down").at(-1)?.body.includes(commit("8")) === true);
}, 60_000);

test("what a process that died had begun to tell is told by another", async () => {
  await application("begun", { "subscribe.on-synced.hook": "" });
  await application("left", { "subscribe.on-synced.hook": "" });
  await synced("begun", commit("f"));
  await eventually(
    async () => hooksOf("begun").length === 1 && (await annotationOf("begun", "fleetwright.dev/notifying")) === undefined,
  );
  const told = await annotationOf("begun", "notified.notifications.argoproj.io");
  const [key] = Object.keys(JSON.parse(told!) as object);
  // As a process leaves it that was killed between the claim and the message, ten minutes ago.
  const claim = JSON.stringify({ [key!]: Math.floor(Date.now() / 1000) - 600 });
  await hub.patch(
    refOf("left"),
    {
      metadata: { annotations: { "notified.notifications.argoproj.io": claim, "fleetwright.dev/notifying": claim } },
      status: {
        operationState: {
          phase: "Succeeded",
          operation: {},
          startedAt: "2026-01-05T11:00:00Z",
          syncResult: { revision: commit("f"), source: { repoURL: "x" } },
        },
      },
    },
    { type: "merge" },
  );
  await eventually(() => hooksOf("left").length === 1);
}, 60_000);
