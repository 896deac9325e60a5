import { expect, test } from "vitest";
import { canonicalQuantity } from "../../core/diff/typed/quantity.js";

test.each([
  ["1000m", "1"],
  ["0.5", "500m"],
  ["1.5", "1500m"],
  ["1000", "1k"],
  ["1024Mi", "1Gi"],
  ["0.5Gi", "512Mi"],
  ["1.5Gi", "1536Mi"],
  ["100", "100"],
  ["1e3", "1e3"],
  ["0Mi", "0"],
  ["-2000m", "-2"],
  ["128974848", "128974848"],
  ["0.1n", "1n"],
])("the API server stores the quantity %s as %s", (text, stored) => {
  expect(canonicalQuantity(text)).toBe(stored);
});

test.each(["", "x", "1 Gi", "1gi"])("%j is no quantity", (text) => {
  expect(canonicalQuantity(text)).toBeUndefined();
});
