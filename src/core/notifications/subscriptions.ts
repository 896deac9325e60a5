import { isObject, listAt, stringAt, type Value } from "../manifest/value.js";
import { parseYaml } from "../yaml/parse.js";
import type { NotificationConfig } from "./config.js";

/** A service of the ConfigMap and whom it tells. */
export interface NotificationDestination {
  readonly service: string;
  readonly recipient: string;
}

/** The annotations in which an Application or AppProject subscribes. */
const prefix = "notifications.argoproj.io/";

/**
 * Who is to be told, by trigger: by the annotations of the Application and its project (`subscribe.<trigger>.<service>`, `subscribe.<service>` for
 * the default triggers, `subscriptions` as YAML), and by the ConfigMap's own subscriptions.
 */
export function subscribedDestinations(
  config: NotificationConfig,
  annotated: readonly Readonly<Record<string, string>>[],
  labels: Readonly<Record<string, string>>,
): ReadonlyMap<string, readonly NotificationDestination[]> {
  const found = new Map<string, Map<string, NotificationDestination>>();
  const add = (trigger: string, destination: NotificationDestination): void => {
    const known = found.get(trigger) ?? new Map<string, NotificationDestination>();
    known.set(`${destination.service}:${destination.recipient}`, destination);
    found.set(trigger, known);
  };
  const addAll = (triggers: readonly string[], service: string, recipients: readonly string[]): void => {
    const own = triggers.length > 0 ? triggers : (config.defaultTriggersOf.get(service) ?? config.defaultTriggers);
    for (const trigger of own) for (const recipient of recipients) add(trigger, { service, recipient });
  };
  for (const annotations of annotated) {
    for (const [key, text] of Object.entries(annotations)) {
      if (key === `${prefix}subscriptions`)
        for (const one of readSubscriptions(text)) addAll(one.triggers, one.service, one.recipients);
      if (!key.startsWith(`${prefix}subscribe.`)) continue;
      const parts = key.slice(`${prefix}subscribe.`.length).split(".");
      const recipients = text.split(";").map((one) => one.trim());
      const named = recipients.filter((one) => one !== "");
      const [first = "", ...rest] = parts;
      // A webhook needs no recipient: its service says all.
      if (rest.length === 0) addAll([], first, named.length > 0 ? named : [""]);
      else addAll([first], rest.join("."), named.length > 0 ? named : [""]);
    }
  }
  for (const { triggers, recipients, takes } of config.subscriptions) {
    if (!takes(labels)) continue;
    for (const recipient of recipients) {
      const colon = recipient.indexOf(":");
      const service = colon < 0 ? recipient : recipient.slice(0, colon);
      addAll(triggers, service, [colon < 0 ? "" : recipient.slice(colon + 1)]);
    }
  }
  return new Map([...found].map(([trigger, destinations]) => [trigger, [...destinations.values()]]));
}

interface Subscription {
  readonly triggers: readonly string[];
  readonly service: string;
  readonly recipients: readonly string[];
}

function readSubscriptions(text: string): readonly Subscription[] {
  let value: Value;
  try {
    value = parseYaml(text, { dialect: "kubernetes" });
  } catch {
    return [];
  }
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).flatMap((entry) => {
    const trigger = entry["trigger"] ?? entry["triggers"];
    const triggers = Array.isArray(trigger) ? trigger.map(String) : typeof trigger === "string" ? [trigger] : [];
    return listAt(entry, "destinations")
      .filter(isObject)
      .map((destination) => {
        const recipients = listAt(destination, "recipients").map(String);
        return { triggers, service: stringAt(destination, "service"), recipients: recipients.length > 0 ? recipients : [""] };
      });
  });
}
