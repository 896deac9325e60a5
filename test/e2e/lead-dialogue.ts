import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request as send } from "undici";
import type { ApiRequest } from "./api-dialogue.js";

/** What of an answer has to be the same: the code, and the body without what differs from run to run. */
export interface Answer {
  readonly code: number;
  readonly body: unknown;
}

/** Sends the requests one after the other. */
export async function lead(
  requests: readonly ApiRequest[],
  server: { readonly url: string; readonly token: string },
): Promise<ReadonlyMap<ApiRequest, Answer>> {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const remembered = new Map<string, string>();
  const filled = (text: string): string => text.replace(/\$(\w+)(?=")/g, (all, name: string) => remembered.get(name) ?? all);
  const answers = new Map<ApiRequest, Answer>();
  try {
    for (const each of requests) {
      const { method, path, body, type = "application/json", accept = "application/json" } = each;
      const sent = body === undefined ? {} : { body: filled(typeof body === "string" ? body : JSON.stringify(body)) };
      const headers = { authorization: `Bearer ${server.token}`, "content-type": type, accept, "user-agent": "dialogue/1" };
      const response = await send(server.url + path, { method, headers, dispatcher, ...sent });
      const text = await response.body.text();
      const value: unknown = text.startsWith("{") ? JSON.parse(text) : text;
      if (each.remember !== undefined) {
        const { metadata } = value as { metadata?: { resourceVersion?: string } };
        remembered.set(each.remember, metadata?.resourceVersion ?? "");
      }
      answers.set(each, { code: response.statusCode, body: settled(value) });
      // A real server serves a new kind only a moment after it has accepted the definition.
      if (path.endsWith("/customresourcedefinitions") && response.statusCode === 201) await sleep(5_000);
    }
  } finally {
    await dispatcher.close();
  }
  return answers;
}

const changing = new Set(["uid", "resourceVersion", "creationTimestamp", "time", "deletionTimestamp", "clusterIP", "clusterIPs"]);

/** The value with what differs from run to run replaced by its name. */
function settled(value: unknown, key = ""): unknown {
  if (Array.isArray(value))
    return key === "clusterIPs" && value[0] !== "None" ? "<clusterIPs>" : value.map((item) => settled(item));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => name !== "storageVersionHash")
        .map(([name, member]) => [name, settled(member, name)]),
    );
  if (changing.has(key) && typeof value === "string" && value !== "None") return `<${key}>`;
  if (typeof value !== "string") return value;
  return value
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<uid>")
    .replace(/\b\d+(m|s)\b/g, "<age>")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "<time>");
}
