import { expect, test } from "vitest";
import { compileGobwas, compileGobwasLenient } from "./gobwas.js";

test.each([
  ["*", "a/b", "", true],
  ["*", "a/b", "/", false],
  ["**", "a/b", "/", true],
  ["team-{a,b}-*", "team-b-x", "", true],
  ["[!a]x", "bx", "", true],
  ["a*a", "a", "", true],
  ["{a", "a", "", true],
  ["\\*", "*", "", true],
])("%s against %s with separators %j is %s", (pattern, text, separators, expected) => {
  expect(compileGobwas(pattern, separators)(text)).toBe(expected);
});

test("a broken pattern is an error, or matches nothing where Argo CD only logs it", () => {
  expect(() => compileGobwas("[a")).toThrow("invalid glob pattern");
  expect(compileGobwasLenient("[a")("[a")).toBe(false);
});

test("matching time grows with the text, not with the number of stars", () => {
  expect(compileGobwas(`${"*a".repeat(20)}b`)("a".repeat(5_000))).toBe(false);
});
