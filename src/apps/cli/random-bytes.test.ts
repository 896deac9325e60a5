import { expect, test } from "vitest";
import { randomBytes } from "./random-bytes.js";

test("as many bytes as are asked for, others each time", () => {
  const first = randomBytes(70_000);
  expect(first).toHaveLength(70_000);
  expect(new Set(first.subarray(-1_000)).size).toBeGreaterThan(200);
  expect(randomBytes(32)).not.toEqual(randomBytes(32));
});

test("no bytes are no error", () => {
  expect(randomBytes(0)).toHaveLength(0);
});
