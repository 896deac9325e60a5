import { describe, expect, test } from "vitest";
import { failureOf, render } from "../testing.js";

describe("defaults", () => {
  test.each([
    ['{{ default "d" "" }} {{ default "d" 0 }} {{ default "d" "x" }} {{ default "d" nil }}', "d d x d"],
    [
      '{{ empty 0 }} {{ empty (list) }} {{ empty "x" }} {{ coalesce 0 "" "x" }} {{ all 1 "" }} {{ any 0 "x" }}',
      "true true false x false true",
    ],
    ['{{ ternary "y" "n" true }} {{ false | ternary "y" "n" }}', "y n"],
    [
      '{{ typeOf 1 }} {{ typeOf 1.0 }} {{ typeOf (list "a") }} {{ typeOf (dict) }} {{ typeOf nil }} {{ typeOf (splitList "," "a") }}',
      "int float64 []interface {} map[string]interface {} <nil> []string",
    ],
    [
      '{{ typeIs "int" 1 }} {{ typeIsLike "semver.Version" (semver "1") }} {{ kindOf (list) }} {{ kindIs "map" (dict) }} {{ kindOf nil }}',
      "true true slice true invalid",
    ],
    ['{{ deepEqual (list 1) (list 1) }} {{ deepEqual 1 1.0 }} {{ deepEqual (dict "a" 1) (dict "a" 1) }}', "true false true"],
  ])("%s gives %j", (template, output) => {
    expect(render(template)).toBe(output);
  });

  test.each([['{{ ternary 1 2 "x" }}', 'expected bool; found "x"']])("%s fails: %s", (template, reason) => {
    expect(failureOf(template)).toContain(reason);
  });
});
