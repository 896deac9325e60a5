import { expect, test } from "vitest";
import { canonicalQuantity, roundUpQuantity } from "./quantity.js";

test.each([
  ["1024Mi", "1Gi"],
  ["0.1", "100m"],
  ["1000m", "1"],
  ["1e9", "1e9"],
  ["1000000k", "1G"],
  ["1.5Gi", "1536Mi"],
  ["0.5Mi", "512Ki"],
  ["+1", "+1"],
  ["0", "0"],
])("the quantity %s is written %s", (text, canonical) => {
  expect(canonicalQuantity(text)).toBe(canonical);
});

test("what is no quantity has no canonical form", () => {
  expect(canonicalQuantity("1 Gi")).toBeUndefined();
});

test("resource amounts are rounded up to thousandths", () => {
  expect(roundUpQuantity("0.0001", 3)).toBe("1m");
});
