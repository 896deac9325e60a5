import { describe, expect, test } from "vitest";
import { failureOf, render } from "../testing.js";

describe("json", () => {
  test.each([
    [
      '{{ fromJson "{\\"a\\":[1,null,1e3]}" }} {{ (fromJson "{") | toJson }} {{ mustFromJson "[1]" }}',
      "map[a:[1 <nil> 1000]] null [1]",
    ],
    [
      '{{ toJson (dict "b" 1.0 "a" "<é\\u2028>") }} {{ mustToJson (list 1e21 1e-7 nil) }}',
      '{"a":"\\u003cé\\u2028\\u003e","b":1} [1e+21,1e-7,null]',
    ],
    [
      '{{ toPrettyJson (dict "a" (list 1 2) "b" (dict)) }} {{ mustToPrettyJson 1 }}',
      '{\n  "a": [\n    1,\n    2\n  ],\n  "b": {}\n} 1',
    ],
    ['{{ toRawJson "<&>" }} {{ mustToRawJson "<" }}', '"<&>" "<"'],
  ])("%s gives %j", (template, output) => {
    expect(render(template)).toBe(output);
  });

  test.each([
    ['{{ mustFromJson "{\\"a\\" 1}" }}', "error calling mustFromJson: invalid character '1' after object key"],
    ['{{ mustFromJson "nul" }}', "error calling mustFromJson: invalid character ' ' in literal null (expecting 'l')"],
  ])("%s fails: %s", (template, reason) => {
    expect(failureOf(template)).toContain(reason);
  });
});
