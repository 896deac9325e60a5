import { expect, test } from "vitest";
import { compileBacktracking } from "./backtracking.js";

test.each([
  ["^((?!not-allowed).)*$", "team-a", true],
  ["^((?!not-allowed).)*$", "x-not-allowed-y", false],
  ["^(?!(argocd|kube-system)$)team-.*$", "team-a", true],
  ["^(?!(argocd|kube-system)$).*$", "kube-system", false],
  ["^(?!(argocd|kube-system)$).*$", "kube-system-2", true],
  ["(?<=team-)[ab]$", "team-b", true],
  ["(?<!team-)[ab]$", "team-b", false],
  ["team-(?=a|b)", "xteam-by", true],
  ["^(?=.*-eu$)\\w+(?:-\\w+){1,2}?$", "shop-prod-eu", true],
  ["^(?!x)[^a-c\\d]+$", "def", true],
  ["^(?!x)[^a-c\\d]+$", "de4", false],
  ["(?!)|b\\b", "a b", true],
])("%s searched in %s: %s", (pattern, text, found) => {
  expect(compileBacktracking(pattern)(text)).toBe(found);
});

test("a search that would take for ever ends, without a match", () => {
  const matches = compileBacktracking("^(?!x)(a+)+$");
  expect(matches("a".repeat(20))).toBe(true);
  expect(matches(`${"a".repeat(60)}b`)).toBe(false);
});

test("a repeat of nothing ends", () => {
  expect(compileBacktracking("^(?:(?!x))*b$")("b")).toBe(true);
});

test.each(["(?!a", "a)", "*a", "(?i)a", "(?P<x>a)", "a\\", "[a", "a{3,1}", "\\1"])("%s is refused", (pattern) => {
  expect(() => compileBacktracking(pattern)).toThrow(expect.objectContaining({ code: "REGEX_SYNTAX" }));
});
