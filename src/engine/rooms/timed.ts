import type { Clock } from "../../ports/clock.js";
import type { Telemetry } from "../../ports/telemetry.js";

export type RoomName = "watch" | "generate" | "render" | "compare" | "sync" | "report";

/** Runs a room and notes how long it took, as a metric and as a span. */
export async function timed<T>(telemetry: Telemetry, clock: Clock, room: RoomName, run: () => Promise<T>): Promise<T> {
  const started = clock.monotonic();
  try {
    return telemetry.tracer === undefined ? await run() : await telemetry.tracer.span(room, {}, run);
  } finally {
    telemetry.metrics.observe("fleetwright_room_duration_seconds", { room }, (clock.monotonic() - started) / 1000);
  }
}
