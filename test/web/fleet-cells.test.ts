import { expect, test } from "vitest";
import { systemClock } from "#src/adapters/clock/system-clock.js";
import { fleetApi } from "#src/apps/server/fleet-api.js";
import { asObject } from "#src/core/manifest/object.js";
import { ageText, type Cell, isStale, toneOf, verdictText } from "../../web/src/fleet.js";

const comparedAt = "2026-01-01T00:00:00Z";
const application = asObject({
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Application",
  metadata: { name: "web", namespace: "argocd" },
  spec: { project: "default", destination: { name: "east" } },
  status: { reconciledAt: comparedAt, sync: { status: "Synced" }, health: { status: "Healthy" } },
});

/** The fleet as the server answers it `minutes` after the comparison, in the form in which the page has it. */
async function fleetAfter(minutes: number) {
  const clock = { ...systemClock(), now: () => Date.parse(comparedAt) + minutes * 60_000 };
  const reader = {
    applications: () => [application],
    application: () => application,
    onChange: () => () => {},
    compared: async () => undefined,
  };
  const answer = await fleetApi(reader, clock).request("/api/v1/fleet");
  const { cells, now, staleAfterMs } = (await answer.json()) as { cells: Cell[]; now: number; staleAfterMs: number };
  return { cell: cells[0]!, now: { nowMs: now, staleAfterMs } };
}

test("a verdict that was confirmed lately is told as it is", async () => {
  const { cell, now } = await fleetAfter(30);
  expect([isStale(cell, now), toneOf(cell, now), verdictText(cell, now)]).toEqual([false, "ok", "Synced, Healthy"]);
  expect(ageText(cell, now)).toBe("30 min");
});

test("a verdict that nobody confirmed for half an hour is Stale, with its age and what it was in words", async () => {
  const { cell, now } = await fleetAfter(31);
  expect(toneOf(cell, now)).toBe("stale");
  expect(verdictText(cell, now)).toBe("Stale, last compared 31 min ago, then Synced, Healthy");
  expect(toneOf({ ...cell, health: "Degraded" }, now)).toBe("stale");
});

test("Unknown is not called Stale, nor is what was never compared", async () => {
  const { cell, now } = await fleetAfter(500);
  expect(toneOf({ ...cell, sync: "Unknown" }, now)).toBe("unknown");
  expect([isStale({ ...cell, comparedAt: "" }, now), ageText({ ...cell, comparedAt: "" }, now)]).toEqual([false, ""]);
});

test.each([
  [119, "1 h"],
  [48 * 60, "2 d"],
])("the age of %i minutes reads %s", async (minutes, text) => {
  const { cell, now } = await fleetAfter(minutes);
  expect(ageText(cell, now)).toBe(text);
});
