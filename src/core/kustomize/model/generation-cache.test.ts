import { expect, test } from "vitest";
import { GenerationCache } from "./generation-cache.js";

test("what is used again stays, what is not goes with its generation", () => {
  const cache = new GenerationCache<string, number>(2);
  cache.set("a", 1);
  cache.set("b", 2);
  cache.set("c", 3);
  expect(cache.get("a")).toBe(1);
  cache.set("d", 4);
  expect(cache.get("b")).toBeUndefined();
  expect(cache.get("a")).toBe(1);
});

test("nothing is kept of what could not be made", () => {
  const cache = new GenerationCache<string, number>(2);
  expect(() =>
    cache.getOr("a", () => {
      throw new Error("no");
    }),
  ).toThrow("no");
  expect(cache.getOr("a", () => 5)).toBe(5);
  expect(cache.getOr("a", () => 6)).toBe(5);
});
