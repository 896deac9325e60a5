import { parseRfc3339Ms } from "../core/tracking/application-flags.js";

const suffix = / \(since ([^)]*)\)$/;

/** What a sync waits for, with since when: the time stays while the text does. `before` is what the status says now. */
export function withSince(message: string, before: string, now: string): string {
  if (!message.startsWith("waiting for ")) return message;
  return withoutSince(before) === message && suffix.test(before) ? before : `${message} (since ${now})`;
}

/** The text as the planner made it. */
export function withoutSince(message: string): string {
  return message.replace(suffix, "");
}

/** Since when an operation's message says that it waits, in milliseconds since 1970. */
export function waitingSinceMs(message: string): number | undefined {
  return parseRfc3339Ms(suffix.exec(message)?.[1] ?? "");
}
