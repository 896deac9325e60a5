import { expect, test } from "vitest";
import { isSuperseded, type RunningSync } from "./supersede.js";

const waiting: RunningSync = { isAutomated: true, revisions: ["old"], startedAtMs: 0, waitingSinceMs: 1_000 };
const settings = { nowMs: 61_000, desiredRevisions: ["new"], graceMs: 30_000 };

test("a newer commit ends an automated sync that only waits", () => {
  expect(isSuperseded(waiting, settings)).toBe(true);
});

test.each<[string, RunningSync]>([
  ["a person started", { ...waiting, isAutomated: false }],
  ["is applying right now", { ...waiting, waitingSinceMs: undefined }],
  ["has not waited for the grace time", { ...waiting, waitingSinceMs: 50_000 }],
  ["goes to the same commit", { ...waiting, revisions: ["new"] }],
])("a sync that %s is left alone", (_, running) => {
  expect(isSuperseded(running, settings)).toBe(false);
});

test("in Argo CD's way a sync that waits for ever blocks every later commit", () => {
  expect(isSuperseded(waiting, { ...settings, compat: "argocd" })).toBe(false);
});
