import { expect, test } from "vitest";
import { manualClock } from "#src/adapters/memory/manual-clock.js";
import { utf8Encode } from "#src/platform/bytes.js";
import { Replays } from "./replays.js";

test("the same bytes are served once in an hour", async () => {
  const clock = manualClock();
  const replays = new Replays(clock);
  expect(replays.serve(utf8Encode("a"))).toBeUndefined();
  expect(replays.serve(utf8Encode("b"))).toBeUndefined();
  await clock.advance(3_599_000);
  expect(replays.serve(utf8Encode("a"))).toBe(3_599_000);
  await clock.advance(1_000);
  expect(replays.serve(utf8Encode("a"))).toBeUndefined();
});

test("of a storm the oldest are forgotten first", () => {
  const replays = new Replays(manualClock());
  for (let each = 0; each <= 20_001; each++) replays.serve(utf8Encode(String(each)));
  expect([replays.serve(utf8Encode("20001")), replays.serve(utf8Encode("0"))]).toEqual([0, undefined]);
});
