import { expect, test } from "vitest";
import { InputError } from "../../errors.js";
import { matchesLabels } from "./label-selector.js";

const labels = { app: "web", tier: "", replicas: "5" };

test.each([
  ["app=web", true],
  ["app==web,tier=", true],
  ["app!=web", false],
  ["missing!=web", true],
  ["app in (api, web)", true],
  ["app in (api)", false],
  ["tier in (a,,b)", true],
  ["tier in ()", true],
  ["tier notin (,a)", false],
  ["app", true],
  ["!app", false],
  ["replicas>4", true],
  ["replicas<4", false],
  ["in in (in)", false],
])("the selector %s takes the labels: %s", (selector, expected) => {
  expect(matchesLabels(selector, labels)).toBe(expected);
});

test.each([
  "app in (a b)",
  "app in (a,,)",
  "app in a",
  "app in (a=)",
  "app=-x",
  "app in (-x)",
  "a/b/c",
  "app=web,",
  "app>x",
  "app>-5",
  "=x",
  "app>9223372036854775808",
])("the selector %s cannot be read", (selector) => {
  expect(() => matchesLabels(selector, labels)).toThrow(InputError);
});

test("errors are told in the original's order and words", () => {
  expect(() => matchesLabels("app=web=x", labels)).toThrow(/^found '=', expected: ',' or 'end of string'/);
  expect(() => matchesLabels("app=web,", labels)).toThrow(/^found '', expected: identifier after ','/);
  expect(() => matchesLabels("app in a", labels)).toThrow(/^unable to parse requirement: /);
  expect(() => matchesLabels("app>-x", labels)).toThrow(/the value must be an integer$/);
  expect(() => matchesLabels("app>-5", labels)).toThrow(/invalid label value: "-5"/);
});
