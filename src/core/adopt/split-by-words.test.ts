import { expect, test } from "vitest";
import { splitByWords } from "./split-by-words.js";

test("a name is cut where a path has both parts, whatever the ends of regions share", () => {
  const names = ["dev-ap-south-1-cart-api", "dev-eu-south-1-cart-api", "dev-us-east-1-orders-api"];
  const paths = ["apps/cart-api/dev-ap-south-1", "apps/cart-api/dev-eu-south-1", "apps/orders-api/dev-us-east-1"];
  expect(splitByWords(names, [{ values: paths }])).toEqual({
    left: ["dev-ap-south-1", "dev-eu-south-1", "dev-us-east-1"],
    right: ["cart-api", "cart-api", "orders-api"],
  });
});

test("a copy with the path of another one is cut as the others are; what shares nothing stays whole", () => {
  const names = ["dev-eu-1-cart", "dev-us-1-cart", "dev-eu-1-orders", "dev-us-1-orders", "root"];
  const paths = ["cart/dev-eu-1", "cart/dev-us-1", "orders/dev-eu-1", "orders/dev-eu-1", "all"];
  expect(splitByWords(names, [{ values: paths }])).toEqual({
    left: ["dev-eu-1", "dev-us-1", "dev-eu-1", "dev-us-1", "root"],
    right: ["cart", "cart", "orders", "orders", ""],
  });
});

test("where Applications do not say their parts there is no such cut", () => {
  expect(splitByWords(["a-b", "c-d", "e-f"], [{ values: ["a/b", "x", "y"] }])).toBeUndefined();
});
