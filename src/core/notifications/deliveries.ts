import { base64Encode, utf8Encode } from "../../platform/bytes.js";
import { InputError } from "../errors.js";
import { isObject, listAt, objectAt, stringAt, type Value, type ValueObject } from "../manifest/value.js";
import { emitJson } from "../yaml/json.js";
import { parseYaml } from "../yaml/parse.js";
import type { NotificationService } from "./config.js";
import type { RenderedMessage } from "./render-message.js";
import type { NotificationDestination } from "./subscriptions.js";
import { fullNameOf } from "./variables.js";

/** A message as a service takes it. */
export type Delivery =
  | {
      readonly kind: "http";
      readonly method: string;
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      /** Slack answers 200 with `ok: false`. */
      readonly answers: "status" | "slack";
      readonly insecure: boolean;
    }
  | {
      readonly kind: "email";
      readonly server: {
        readonly host: string;
        readonly port: number;
        readonly username: string;
        readonly password: string;
        readonly insecure: boolean;
      };
      readonly from: string;
      readonly to: string;
      readonly subject: string;
      readonly body: string;
      readonly isHtml: boolean;
    }
  | {
      readonly kind: "github";
      readonly baseUrl: string;
      readonly auth:
        | { readonly kind: "token"; readonly token: string }
        | { readonly kind: "app"; readonly appId: string; readonly installationId: string; readonly privateKey: string };
      readonly path: string;
      readonly body: string;
    };

/** What to send for one destination. Throws InputError for a service that is not known or lacks a setting. */
export function deliveryOf(service: NotificationService, message: RenderedMessage, to: NotificationDestination): Delivery {
  switch (service.type) {
    case "webhook":
      return webhook(service.options, message, to);
    case "slack":
      return slack(service.options, message, to);
    case "teams":
      return teams(service.options, message, to);
    case "email":
      return email(service.options, message, to);
    case "github":
      return github(service.options, message);
    default:
      throw refused(`service ${to.service} is of a kind that is not known: ${service.type}`);
  }
}

function refused(message: string, hint?: string): InputError {
  return new InputError(message, { code: "NOTIFICATION_SERVICE", ...(hint === undefined ? {} : { hint }) });
}

function required(options: ValueObject, key: string, service: string): string {
  const value = options[key];
  if (value === undefined || value === null || value === "") throw refused(`service ${service} has no ${key}`);
  return String(value);
}

function webhook(options: ValueObject, message: RenderedMessage, { service }: NotificationDestination): Delivery {
  const own = objectAt(objectAt(message, "webhook"), service);
  const url = required(options, "url", service);
  const path = stringAt(own, "path");
  const basic = objectAt(options, "basicAuth");
  const headers = Object.fromEntries(
    listAt(options, "headers")
      .filter(isObject)
      .map((header) => [stringAt(header, "name"), String(header["value"] ?? "")]),
  );
  const user = stringAt(basic, "username");
  return {
    kind: "http",
    method: (stringAt(own, "method") || "GET").toUpperCase(),
    url: path === "" ? url : `${url.replace(/\/+$/, "")}/${path.replace(/^\/+/, "")}`,
    headers: user === "" ? headers : { ...headers, authorization: basicAuth(user, stringAt(basic, "password")) },
    body: Object.hasOwn(own, "body") ? stringAt(own, "body") : stringAt(message, "message"),
    answers: "status",
    insecure: options["insecureSkipVerify"] === true,
  };
}

function slack(options: ValueObject, message: RenderedMessage, { service, recipient }: NotificationDestination): Delivery {
  const own = objectAt(message, "slack");
  const icon = stringAt(own, "icon") || stringAt(options, "icon");
  const username = stringAt(own, "username") || stringAt(options, "username");
  const body: Record<string, Value> = { channel: recipient, text: stringAt(message, "message") };
  if (username !== "") body["username"] = username;
  if (icon !== "") body[/^:.*:$/.test(icon) ? "icon_emoji" : "icon_url"] = icon;
  for (const field of ["attachments", "blocks"]) {
    const text = stringAt(own, field);
    if (text.trim() !== "") body[field] = dataOf(text, `slack.${field}`);
  }
  return {
    kind: "http",
    method: "POST",
    url: `${(stringAt(options, "apiURL") || "https://slack.com/api").replace(/\/+$/, "")}/chat.postMessage`,
    headers: {
      "content-type": "application/json; charset=utf-8",
      authorization: `Bearer ${required(options, "token", service)}`,
    },
    body: emitJson(body),
    answers: "slack",
    insecure: options["insecureSkipVerify"] === true,
  };
}

function teams(options: ValueObject, message: RenderedMessage, { service, recipient }: NotificationDestination): Delivery {
  const own = objectAt(message, "teams");
  const url = required(objectAt(options, "recipientUrls"), recipient, service);
  const sections: Value[] = [];
  const facts = stringAt(own, "facts");
  if (facts.trim() !== "") sections.push({ facts: dataOf(facts, "teams.facts") });
  const more = stringAt(own, "sections");
  if (more.trim() !== "") sections.push(...(dataOf(more, "teams.sections") as readonly Value[]));
  const card: Record<string, Value> = { "@type": "MessageCard", "@context": "https://schema.org/extensions" };
  for (const field of ["themeColor", "title", "summary", "text"]) {
    const text = stringAt(own, field);
    if (text !== "") card[field] = text;
  }
  if (card["text"] === undefined && sections.length === 0) card["text"] = stringAt(message, "message");
  card["summary"] ??= stringAt(message, "message");
  const actions = stringAt(own, "potentialAction");
  if (actions.trim() !== "") card["potentialAction"] = dataOf(actions, "teams.potentialAction");
  if (sections.length > 0) card["sections"] = sections;
  const whole = stringAt(own, "template");
  return {
    kind: "http",
    method: "POST",
    url,
    headers: { "content-type": "application/json" },
    body: whole === "" ? emitJson(card) : whole,
    answers: "status",
    insecure: false,
  };
}

function email(options: ValueObject, message: RenderedMessage, { service, recipient }: NotificationDestination): Delivery {
  const own = objectAt(message, "email");
  return {
    kind: "email",
    server: {
      host: required(options, "host", service),
      port: Number(options["port"] ?? 25),
      username: stringAt(options, "username"),
      password: String(options["password"] ?? ""),
      insecure: options["insecure_skip_verify"] === true || options["insecureSkipVerify"] === true,
    },
    from: required(options, "from", service),
    to: recipient,
    subject: stringAt(own, "subject"),
    body: stringAt(own, "body") || stringAt(message, "message"),
    isHtml: options["html"] === true,
  };
}

/** A commit status: the template's `github`, with `repoURL` and `revision` put in by the engine. */
function github(options: ValueObject, message: RenderedMessage): Delivery {
  const own = objectAt(message, "github");
  const hint = "give the template github: {status: {state: success, label: …}}; those of Argo CD's catalog have none";
  // Argo CD refuses the first and sends nothing at all for the second.
  if (message["github"] === undefined) throw refused("the template has no part for GitHub", hint);
  if (own["status"] === undefined)
    throw refused(`of the template's part for GitHub nothing can be sent: ${Object.keys(own).filter(isNoPath).join(", ")}`, hint);
  const status = objectAt(own, "status");
  const token = stringAt(options, "token");
  const revision = stringAt(own, "revisionPath");
  const name = fullNameOf(stringAt(own, "repoURLPath"));
  if (!/^[\w.-]+\/[\w.-]+$/.test(name) || !/^[0-9a-f]{7,64}$/.test(revision))
    throw refused("the template gives no repository or commit for GitHub");
  return {
    kind: "github",
    baseUrl: stringAt(options, "enterpriseBaseURL") || "https://api.github.com",
    auth:
      token === ""
        ? {
            kind: "app",
            appId: required(options, "appID", "github"),
            installationId: required(options, "installationID", "github"),
            privateKey: required(options, "privateKey", "github"),
          }
        : { kind: "token", token },
    path: `/repos/${name}/statuses/${revision}`,
    body: emitJson({
      state: stringAt(status, "state"),
      context: stringAt(status, "label"),
      target_url: stringAt(status, "targetURL"),
      description: stringAt(message, "message").slice(0, 140),
    }),
  };
}

function isNoPath(key: string): boolean {
  return key !== "repoURLPath" && key !== "revisionPath";
}

/** The places that GitHub's part of a template names where it says nothing else: Argo CD's. */
export const githubPaths = {
  repoURLPath: "{{.app.spec.source.repoURL}}",
  revisionPath: "{{.app.status.operationState.syncResult.revision}}",
} as const;

function basicAuth(user: string, password: string): string {
  return `Basic ${base64Encode(utf8Encode(`${user}:${password}`))}`;
}

/** JSON, or YAML as templates often have it. */
function dataOf(text: string, what: string): Value {
  try {
    return parseYaml(text, { dialect: "kubernetes" });
  } catch {
    throw refused(`${what} is no JSON`);
  }
}
