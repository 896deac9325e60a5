import { expect, test } from "vitest";
import { manualClock } from "#src/adapters/memory/manual-clock.js";
import { Rests } from "./rests.js";

test("what a service does not take is left alone twice as long each time, ten minutes at most", async () => {
  const clock = manualClock();
  const rests = new Rests(clock);
  expect(rests.leftMs("a")).toBe(0);
  const lengths = Array.from({ length: 9 }, () => rests.begin("a"));
  expect(lengths).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000]);
  await clock.advance(599_000);
  expect([rests.leftMs("a"), rests.leftMs("b")]).toEqual([1_000, 0]);
  await clock.advance(1_000);
  expect(rests.leftMs("a")).toBe(0);
});

test("one that was taken, and all when the settings change, begin anew", () => {
  const rests = new Rests(manualClock());
  for (const mark of ["a", "a", "b"]) rests.begin(mark);
  rests.end("a");
  expect(rests.begin("a")).toBe(5_000);
  rests.clear();
  expect(rests.leftMs("b")).toBe(0);
});
