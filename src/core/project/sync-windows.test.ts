import { expect, test } from "vitest";
import type { SyncWindow } from "./app-project.js";
import { maySync } from "./sync-windows.js";

const nightly: SyncWindow = { kind: "allow", schedule: "0 22 * * *", duration: "8h", applications: ["*"] };
const at = (time: string) => ({ atMs: Date.parse(time), isManual: false });

test("outside of its allow windows an application does not sync", () => {
  expect(maySync([nightly], at("2026-01-05T23:00:00Z"))).toBe(true);
  expect(maySync([nightly], at("2026-01-05T12:00:00Z"))).toBe(false);
});

test("an open deny window wins over an open allow window", () => {
  const freeze: SyncWindow = { ...nightly, kind: "deny" };
  expect(maySync([nightly, freeze], at("2026-01-05T23:00:00Z"))).toBe(false);
});

test("a sync that began in an allow window may end after it when overrun is allowed", () => {
  const question = { ...at("2026-01-06T06:30:00Z"), startedAtMs: Date.parse("2026-01-06T05:59:00Z") };
  expect(maySync([nightly], question)).toBe(false);
  expect(maySync([{ ...nightly, syncOverrun: true }], question)).toBe(true);
});

test("a window follows the clock of its zone through the change to summer time", () => {
  const office: SyncWindow = {
    kind: "allow",
    schedule: "0 9 * * *",
    duration: "1h",
    applications: ["*"],
    timeZone: "Europe/Berlin",
  };
  expect(maySync([office], at("2026-01-05T08:30:00Z"))).toBe(true);
  expect(maySync([office], at("2026-07-06T07:30:00Z"))).toBe(true);
});
