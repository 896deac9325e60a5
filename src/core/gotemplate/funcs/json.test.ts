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
    // Escapes, surrogates alone and in pairs, bytes that are no text, keys that JavaScript knows, keys met twice.
    [
      '{{ range $k, $v := fromJson `{"\\u0041\\n\\/":"\\ud83d\\ude00\\ud800x","__proto__":[],"10":1,"9":-0,"9":[{}]}` }}{{ $k }}={{ toJson $v }};{{ end }}',
      '10=1;9=[{}];A\n/="\u{1f600}\ufffdx";__proto__=[];',
    ],
    ['{{ toRawJson "<&>" }} {{ mustToRawJson "<" }}', '"<&>" "<"'],
  ])("%s gives %j", (template, output) => {
    expect(render(template)).toBe(output);
  });

  test.each([
    ['{{ mustFromJson "{\\"a\\" 1}" }}', "error calling mustFromJson: invalid character '1' after object key"],
    ["{{ mustFromJson `[0.5,1e999]` }}", "json: cannot unmarshal number 1e999 into Go value of type float64"],
    ['{{ mustFromJson (print (repeat 1002 "[") (repeat 1002 "]")) }}', "exceeded max depth"],
    ['{{ mustFromJson "[\\"a\\nb\\"]" }}', "invalid character '\\n' in string literal"],
    ['{{ mustFromJson `["a\\qb"]` }}', "invalid character 'q' in string escape code"],
    ['{{ mustFromJson "[01]" }}', "invalid character '1' after array element"],
    ['{{ mustFromJson "nul" }}', "error calling mustFromJson: invalid character ' ' in literal null (expecting 'l')"],
  ])("%s fails: %s", (template, reason) => {
    expect(failureOf(template)).toContain(reason);
  });
});
