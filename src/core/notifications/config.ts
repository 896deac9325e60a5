import { compileLabelSelector } from "../applicationset/selector.js";
import { formatError } from "../errors.js";
import { isObject, listAt, stringAt, type Value, type ValueObject } from "../manifest/value.js";
import { parseYaml } from "../yaml/parse.js";
import { type Expression, parseExpression } from "./expr/parser.js";

/** One `when` of a trigger, with what it sends. */
export interface TriggerCondition {
  readonly when: string;
  readonly condition: Expression;
  readonly send: readonly string[];
  readonly oncePer: Expression | undefined;
}

/** Where notifications go: `service.<type>` or `service.<type>.<name>`, its secrets put in. */
export interface NotificationService {
  readonly type: string;
  readonly options: ValueObject;
}

/** A subscription of the ConfigMap, for all Applications that its selector takes. */
export interface DefaultSubscription {
  readonly triggers: readonly string[];
  readonly recipients: readonly string[];
  readonly takes: (labels: Readonly<Record<string, string>>) => boolean;
}

export interface NotificationConfig {
  readonly triggers: ReadonlyMap<string, readonly TriggerCondition[]>;
  readonly templates: ReadonlyMap<string, ValueObject>;
  readonly services: ReadonlyMap<string, NotificationService>;
  readonly defaultTriggers: readonly string[];
  readonly defaultTriggersOf: ReadonlyMap<string, readonly string[]>;
  readonly subscriptions: readonly DefaultSubscription[];
  readonly context: Readonly<Record<string, string>>;
  /** Keys that cannot be read; all others count. */
  readonly problems: readonly string[];
  /** Values that no message may show. */
  readonly secrets: readonly string[];
}

/** Reads `argocd-notifications-cm` with the Secret's values in place of `$name`. One bad key does not stop the others. */
export function readNotificationConfig(
  data: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>>,
): NotificationConfig {
  const triggers = new Map<string, readonly TriggerCondition[]>();
  const templates = new Map<string, ValueObject>();
  const services = new Map<string, NotificationService>();
  const defaultTriggersOf = new Map<string, readonly string[]>();
  const problems: string[] = [];
  let defaultTriggers: readonly string[] = [];
  let subscriptions: readonly DefaultSubscription[] = [];
  let context: Readonly<Record<string, string>> = {};
  for (const [key, text] of Object.entries(data)) {
    try {
      const value = parseYaml(text, { dialect: "kubernetes", file: key });
      const [, kind = "", name = ""] = /^(trigger|template|service|defaultTriggers)\.(.+)$/.exec(key) ?? [];
      if (kind === "trigger") triggers.set(name, objectsOf(value).map(conditionOf));
      else if (kind === "template") templates.set(name, isObject(value) ? value : {});
      else if (kind === "defaultTriggers") defaultTriggersOf.set(name, stringsOf(value));
      else if (kind === "service") {
        const dot = name.indexOf(".");
        const options = withSecrets(value, secrets);
        const type = dot < 0 ? name : name.slice(0, dot);
        services.set(dot < 0 ? name : name.slice(dot + 1), { type, options: isObject(options) ? options : {} });
      } else if (key === "defaultTriggers") defaultTriggers = stringsOf(value);
      else if (key === "subscriptions") subscriptions = objectsOf(value).map(subscriptionOf);
      else if (key === "context" && isObject(value))
        context = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, String(one)]));
    } catch (error) {
      problems.push(`${key}: ${formatError(error)}`);
    }
  }
  return {
    triggers,
    templates,
    services,
    defaultTriggers,
    defaultTriggersOf,
    subscriptions,
    context,
    problems,
    secrets: Object.values(secrets),
  };
}

/** A message without any of the values that may not be shown. */
export function redacted(message: string, secrets: readonly string[]): string {
  return secrets
    .flatMap((secret) => [secret, secret.trim(), encodeURIComponent(secret)])
    .filter((secret) => secret.length > 3)
    .sort((a, b) => b.length - a.length)
    .reduce((text, secret) => text.replaceAll(secret, "***"), message);
}

function conditionOf(value: ValueObject): TriggerCondition {
  const when = stringAt(value, "when");
  const oncePer = stringAt(value, "oncePer");
  return {
    when,
    condition: parseExpression(when),
    send: listAt(value, "send").map(String),
    oncePer: oncePer === "" ? undefined : parseExpression(oncePer),
  };
}

function subscriptionOf(value: ValueObject): DefaultSubscription {
  return {
    triggers: listAt(value, "triggers").map(String),
    recipients: listAt(value, "recipients").map(String),
    takes: selectorOf(stringAt(value, "selector")),
  };
}

/** `a=b,c!=d,e in (f, g),!h`: the text form of a label selector. */
function selectorOf(text: string): DefaultSubscription["takes"] {
  const parts = text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const matchExpressions = parts.map((part) => {
    const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(part);
    if (set)
      return {
        key: set[1]!,
        operator: set[2] === "in" ? "In" : "NotIn",
        values: set[3]!.split(",").map((one) => one.trim()),
      };
    const equal = /^([^=!\s]+)\s*(==|=|!=)\s*(\S*)$/.exec(part);
    if (equal) return { key: equal[1]!, operator: equal[2] === "!=" ? "NotIn" : "In", values: [equal[3]!] };
    return part.startsWith("!") ? { key: part.slice(1), operator: "DoesNotExist" } : { key: part, operator: "Exists" };
  });
  return compileLabelSelector({ matchExpressions } as Parameters<typeof compileLabelSelector>[0]);
}

/** Argo CD: `$` and a key of the Secret, wherever they stand in a service's options; an unknown key stays as it is. */
function withSecrets(value: Value, secrets: Readonly<Record<string, string>>): Value {
  if (typeof value === "string")
    return value.replace(/\$([\w-]+)/g, (whole, key: string) =>
      Object.hasOwn(secrets, key) ? secrets[key]!.replace(/\n$/, "") : whole,
    );
  if (Array.isArray(value)) return value.map((item: Value) => withSecrets(item, secrets));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withSecrets(item, secrets)]));
}

function objectsOf(value: Value): readonly ValueObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function stringsOf(value: Value): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
