import fc from "fast-check";
import { RE2JS } from "re2js";
import { expect, test } from "vitest";
import { linearExpression } from "./linear-expression.js";

const sources = [
  "^v?([0-9]+)(\\.[0-9]+)?(-([0-9a-z]+))?$",
  "(=||>|>=)\\s*([0-9x|]+)",
  "^(\\s*([0-9]+)\\s*)((?:\\s+|,\\s*)([0-9]+)\\s*)*$",
];
const pieces = [
  "1",
  "12",
  ".",
  ".2",
  "-",
  "-a",
  " ",
  ", ",
  ">",
  ">=",
  "=",
  "x",
  "|",
  "v",
  "é",
  "\t",
  " ".repeat(3),
  "1 ".repeat(30),
];

test.each(sources)("%s finds what RE2 finds, by whichever engine", (source) => {
  const re2 = RE2JS.compile(source);
  const expression = linearExpression(source);
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 8 }), (parts) => {
      const matcher = re2.matcher(parts.join(""));
      const expected: string[][] = [];
      while (matcher.find())
        expected.push(Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index) ?? ""));
      expect(expression.findAll(parts.join(""))).toEqual(expected);
      expect(expression.find(parts.join(""))).toEqual(expected[0]);
    }),
  );
});

test("a text that could be tried over and over is no danger", () => {
  const expression = linearExpression("^(a+)+$");
  expect(expression.find(`${"a".repeat(5000)}b`)).toBeUndefined();
});
