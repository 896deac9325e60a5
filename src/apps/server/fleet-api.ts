import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { Clock } from "../../ports/clock.js";
import { staleAfterMs } from "../stale-verdict.js";
import { type FleetCell, fleetCellOf } from "./fleet-cell.js";
import type { FleetReader } from "./fleet-reader.js";

const flushEveryMs = 200;
const heartbeatMs = 15_000;

/** The page's JSON API and its event stream, below `/api/v1`. Reads only. */
export function fleetApi(reader: FleetReader, clock: Clock): Hono {
  const api = new Hono();
  api.get("/api/v1/fleet", (context) =>
    context.json({ cells: reader.applications().map(fleetCellOf), now: clock.now(), staleAfterMs }),
  );
  api.get("/api/v1/applications/:namespace/:name", (context) => {
    const found = reader.application(context.req.param("namespace"), context.req.param("name"));
    return found ? context.json(found) : context.json({ error: "no such Application" }, 404);
  });
  api.get("/api/v1/applications/:namespace/:name/diff", async (context) => {
    const query = context.req.query();
    const key = {
      group: query["group"] ?? "",
      kind: query["kind"] ?? "",
      namespace: query["namespace"] ?? "",
      name: query["name"] ?? "",
    };
    const compared = await reader.compared(context.req.param("namespace"), context.req.param("name"), key);
    return compared ? context.json(compared) : context.json({ error: "nothing is known of this resource yet" }, 404);
  });
  api.get("/api/v1/stream", (context) => streamSSE(context, (stream) => streamChanges(stream, reader, clock)));
  return api;
}

interface EventSink {
  readonly aborted: boolean;
  writeSSE(message: { event: string; data: string }): Promise<void>;
  onAbort(listener: () => void): void;
}

/** Changes are gathered for a moment, so that a fleet-wide sync is tens of messages and not thousands. */
async function streamChanges(stream: EventSink, reader: FleetReader, clock: Clock): Promise<void> {
  const changed = new Map<string, FleetCell>();
  const deleted = new Set<string>();
  const unsubscribe = reader.onChange((application, change) => {
    const cell = fleetCellOf(application);
    const key = `${cell.namespace}/${cell.name}`;
    if (change === "deleted") {
      changed.delete(key);
      deleted.add(key);
    } else {
      deleted.delete(key);
      changed.set(key, cell);
    }
  });
  stream.onAbort(unsubscribe);
  let lastSent = clock.monotonic();
  while (!stream.aborted) {
    if (changed.size > 0 || deleted.size > 0) {
      const data = JSON.stringify({ changed: [...changed.values()], deleted: [...deleted] });
      changed.clear();
      deleted.clear();
      await stream.writeSSE({ event: "cells", data });
      lastSent = clock.monotonic();
    } else if (clock.monotonic() - lastSent > heartbeatMs) {
      await stream.writeSSE({ event: "heartbeat", data: "" });
      lastSent = clock.monotonic();
    }
    await clock.sleep(flushEveryMs);
  }
}
