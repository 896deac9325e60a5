import { expect, test } from "vitest";
import type { ValueObject } from "../manifest/value.js";
import { parseYaml } from "../yaml/parse.js";
import { readNotificationConfig, redacted } from "./config.js";
import { deliveryOf } from "./deliveries.js";
import { evaluateTrigger } from "./evaluate-triggers.js";
import { evaluateExpression } from "./expr/evaluate.js";
import { parseExpression } from "./expr/parser.js";
import { readState, stateKey, writeState } from "./notified-state.js";
import { renderMessage } from "./render-message.js";
import { subscribedDestinations } from "./subscriptions.js";
import { notificationVariables } from "./variables.js";

const nowMs = Date.parse("2026-01-05T12:00:00Z");
const application = parseYaml(
  `
metadata: {name: cart, namespace: argocd, labels: {env: prod}}
spec: {source: {repoURL: "git@github.com:shop/fleet.git"}}
status:
  sync: {status: OutOfSync, revision: 0123456789abcdef0123456789abcdef01234567}
  health: {status: Degraded}
  operationState: {phase: Failed, startedAt: "2026-01-05T11:50:00Z", finishedAt: "2026-01-05T11:55:00Z", syncResult: {revision: 0123456789abcdef0123456789abcdef01234567}}
  conditions: [{type: SyncError}, {type: OrphanedResourceWarning}]
`,
  { dialect: "kubernetes" },
) as ValueObject;
const commits = new Map([
  [
    "0123456789abcdef0123456789abcdef01234567",
    { message: "Raise the limit", author: "Ada <ada@example.com>", date: "2026-01-05T11:00:00Z" },
  ],
]);
const variables = notificationVariables({ application, context: { argocdUrl: "https://argo.example" }, nowMs, commits });
const evaluate = (text: string): unknown => evaluateExpression(parseExpression(text), variables);

test.each<[string, unknown]>([
  ["app.status.operationState.phase in ['Error', 'Failed']", true],
  ["app.status.operationState.phase not in ['Error', 'Failed']", false],
  ["app.status.operationState != nil and app.status.operationState.phase in ['Running']", false],
  ["app.status.health.status == 'Degraded' && !(app.status.sync.status == 'Synced')", true],
  ["time.Now().Sub(time.Parse(app.status.operationState.startedAt)).Minutes() >= 5", true],
  ["time.Now().Sub(time.Parse(app.status.operationState.startedAt)) > 9 * time.Minute", true],
  ["app.status.nothing?.deeper.still", null],
  ["app.status.nothing ?? 'none'", "none"],
  ["any(app.status.conditions, {.type == 'SyncError'})", true],
  ["len(filter(app.status.conditions, {#.type endsWith 'Warning'}))", 1],
  ["filter(app.status.conditions, .type startsWith 'Sync')[0].type", "SyncError"],
  ["app.metadata.labels['env'] matches '^pr'", true],
  ["1 + 2 * 3 ** 2 == 19 ? 'yes' : 'no'", "yes"],
  ["-2 + 5 % 3", 0],
  ["app.metadata.name | upper()", "CART"],
  ["'a' + \"b\" contains 'b'", true],
  ["{'x': [1, 2]}.x[-1]", 2],
  ["let x = 3; x + 1", 4],
  ["repo.GetCommitMetadata(app.status.sync.revision).Author contains 'Ada'", true],
  ["repo.RepoURLToHTTPS(app.spec.source.repoURL)", "https://github.com/shop/fleet"],
  ["repo.FullNameByRepoURL(app.spec.source.repoURL)", "shop/fleet"],
  ["strings.ReplaceAll('a-b', '-', '+')", "a+b"],
])("%s", (text, value) => {
  expect(evaluate(text)).toEqual(value);
});

test.each(["app.status.nothing.deeper", "1 +", "(1", "nobody", "'a' < 1", "app.metadata.name and true", "fn(1)"])(
  "%s is an error with its column",
  (text) => {
    expect(() => evaluate(text)).toThrow(
      expect.objectContaining({ code: "NOTIFICATION_EXPR", message: expect.stringMatching(/\(1:\d+\)$/) }),
    );
  },
);

const data = {
  "service.webhook.hook":
    "url: https://example.com/\nheaders: [{name: x-token, value: $hook-token}]\nbasicAuth: {username: ada, password: $pw}\n",
  "service.slack": "token: $slack-token\n",
  "template.failed":
    'message: \'{{.app.metadata.name}} failed at {{(call .repo.GetCommitMetadata .app.status.sync.revision).Message}} ({{.context.argocdUrl}})\'\nwebhook: {hook: {method: POST, path: /notify, body: \'{"app": {{toJson .app.metadata.name}}}\'}}\nslack: {attachments: \'[{"title": "{{.app.metadata.name}}", "color": "#E96D76"}]\'}\n',
  "trigger.on-failed":
    "- when: app.status.operationState.phase in ['Error', 'Failed']\n  oncePer: app.status.operationState.syncResult.revision\n  send: [failed]\n",
  "trigger.broken": "- when: 'app.status.'\n  send: [failed]\n",
  defaultTriggers: "[on-failed]",
  "defaultTriggers.slack": "[on-failed, on-other]",
  subscriptions: "- {recipients: ['slack:all', hook], triggers: [on-failed], selector: 'env in (prod, dr), !quiet'}\n",
  context: "region: eu\n",
};
const secrets = { "slack-token": "xoxb-very-secret", "hook-token": "hook-secret", pw: "pa55word" };
const config = readNotificationConfig(data, secrets);

test("a bad key is told and does not stop the others", () => {
  expect(config.problems).toEqual([expect.stringContaining("trigger.broken: ")]);
  expect([...config.triggers.keys()]).toEqual(["on-failed"]);
});

test("who is told comes from annotations of the Application and its project and from the ConfigMap", () => {
  const found = subscribedDestinations(
    config,
    [
      {
        "notifications.argoproj.io/subscribe.on-failed.slack": "one; two",
        "notifications.argoproj.io/subscribe.slack": "three",
        "notifications.argoproj.io/subscriptions": "- trigger: [on-x]\n  destinations: [{service: email, recipients: [a@b.c]}]\n",
      },
      { "notifications.argoproj.io/subscribe.on-failed.hook": "" },
    ],
    { env: "prod" },
  );
  expect([...found].map(([trigger, to]) => [trigger, to.map(({ service, recipient }) => `${service}:${recipient}`)])).toEqual([
    ["on-failed", ["slack:one", "slack:two", "slack:three", "hook:", "slack:all"]],
    ["on-other", ["slack:three"]],
    ["on-x", ["email:a@b.c"]],
  ]);
  expect(subscribedDestinations(config, [], { env: "prod", quiet: "yes" }).size).toBe(0);
});

test("the state has Argo CD's keys, and the oldest of many go", () => {
  const [result] = evaluateTrigger(config, "on-failed", variables)!;
  expect(result).toMatchObject({ isTriggered: true, oncePer: "0123456789abcdef0123456789abcdef01234567", templates: ["failed"] });
  expect(stateKey("on-failed", result!, { service: "slack", recipient: "one" })).toMatch(
    /^0123456789abcdef0123456789abcdef01234567:on-failed:\[0\]\.[\w-]+=*:slack:one$/,
  );
  const many = new Map(Array.from({ length: 150 }, (_, index) => [`k${index}`, index]));
  expect(readState(writeState(many)!).size).toBe(100);
  expect(readState(writeState(many)!).has("k0")).toBe(false);
  expect(readState("not json").size).toBe(0);
});

test("messages are rendered and become what the service takes", () => {
  const message = renderMessage(config, ["failed"], { ...variables, context: { argocdUrl: "https://argo.example" } }, { nowMs });
  expect(message["message"]).toBe("cart failed at Raise the limit (https://argo.example)");
  expect(deliveryOf(config.services.get("hook")!, message, { service: "hook", recipient: "" })).toMatchObject({
    method: "POST",
    url: "https://example.com/notify",
    headers: { "x-token": "hook-secret", authorization: "Basic YWRhOnBhNTV3b3Jk" },
    body: '{"app": "cart"}',
  });
  const slack = deliveryOf(config.services.get("slack")!, message, { service: "slack", recipient: "deploys" });
  expect(slack).toMatchObject({ kind: "http", answers: "slack", headers: { authorization: "Bearer xoxb-very-secret" } });
  expect(JSON.parse(slack.kind === "http" ? slack.body : "")).toMatchObject({
    channel: "deploys",
    attachments: [{ title: "cart", color: "#E96D76" }],
  });
});

test("GitHub is told by a template's status only: what has none is refused with what to add, as are parts that are not sent", () => {
  const service = { type: "github", options: { token: "t" } } as never;
  const deliver = (github: string) => {
    const settings = { "template.own": `message: deployed\n${github}` };
    const own = readNotificationConfig(settings, {});
    return deliveryOf(service, renderMessage(own, ["own"], variables, { nowMs }), { service: "github", recipient: "" });
  };
  expect(() => deliver("")).toThrow(/no part for GitHub/);
  expect(() => deliver("github: {deployment: {state: success}}")).toThrow(/nothing can be sent: deployment/);
  expect(deliver("github: {status: {state: success, label: deploy}}")).toMatchObject({
    path: "/repos/shop/fleet/statuses/0123456789abcdef0123456789abcdef01234567",
  });
});

test("being out of sync for a time is told once for each time of drift, by the record's age", () => {
  const drifted = (onset: string): ValueObject => ({
    ...application,
    metadata: {
      name: "cart",
      annotations: {
        "fleetwright.dev/drift": JSON.stringify({
          open: [
            { resource: "apps/Deployment/shop/cart", drift: "changed", cause: "cluster", onset, lastSeen: onset, fields: [] },
          ],
          recent: [],
        }),
      },
    },
  });
  const at = (onset: string) => notificationVariables({ application: drifted(onset), context: {}, nowMs, commits });
  const early = evaluateTrigger(config, "on-out-of-sync-for-15m", at("2026-01-05T11:50:00Z"))!;
  expect(early[0]!.isTriggered).toBe(false);
  const late = evaluateTrigger(config, "on-out-of-sync-for-15m", at("2026-01-05T11:40:00Z"))!;
  expect(late[0]).toMatchObject({ isTriggered: true, oncePer: "2026-01-05T11:40:00Z", templates: ["app-out-of-sync-for"] });
  expect(renderMessage(config, late[0]!.templates, at("2026-01-05T11:40:00Z"), { nowMs })["message"]).toBe(
    "Application cart has been out of sync for 20m0s: apps/Deployment/shop/cart",
  );
  expect(evaluateTrigger(config, "on-nothing", variables)).toBeUndefined();
});

test("a message never shows a secret, encoded or not", () => {
  expect(redacted("no route to https://x/?t=xoxb-very-secret and pa55word", config.secrets)).toBe(
    "no route to https://x/?t=*** and ***",
  );
});
