import { request } from "undici";
import type { Logger } from "../../ports/telemetry.js";

export interface WebhookRelayOptions {
  /** HTTP addresses of the other replicas. */
  readonly peers: () => readonly string[];
  readonly log: Logger;
  readonly timeoutMs?: number;
}

/** Marks a webhook that another replica has passed on: it goes no further. */
const relayedHeader = "x-fleetwright-relayed";

/**
 * Tells the other replicas of a webhook, as it came: each checks the sender's signature itself. A storm about the same repositories is one
 * request under way for each peer and the latest one after it. A peer that cannot be reached sees the commit at its next poll.
 */
export function webhookRelay(
  options: WebhookRelayOptions,
): (headers: Readonly<Record<string, string>>, body: Uint8Array, about: string) => void {
  const { peers, log, timeoutMs = 5_000 } = options;
  const running = new Map<string, (() => Promise<void>) | undefined>();
  const run = async (key: string, send: () => Promise<void>): Promise<void> => {
    if (running.has(key)) return void running.set(key, send);
    running.set(key, undefined);
    for (let next: typeof send | undefined = send; next !== undefined; next = running.get(key)) {
      running.set(key, undefined);
      await next().catch((error: unknown) =>
        log.warn("a webhook was not passed on", { peer: key.split("\n")[0]!, error: String(error) }),
      );
    }
    running.delete(key);
  };
  return (headers, body, about) => {
    if (headers[relayedHeader] !== undefined) return;
    const passed = passedOn(headers);
    const event = Object.entries(passed).filter(([name]) => name.includes("event"));
    for (const peer of peers())
      void run(`${peer}\n${about}\n${event.join()}`, async () => {
        const answer = await request(`${peer}/api/webhook`, {
          method: "POST",
          headers: { ...passed, [relayedHeader]: "1" },
          body,
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
        });
        await answer.body.dump();
      });
  };
}

const ofTheConnection = new Set(["host", "connection", "content-length", "transfer-encoding", "expect", "keep-alive", "upgrade"]);

function passedOn(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ofTheConnection.has(name)));
}
