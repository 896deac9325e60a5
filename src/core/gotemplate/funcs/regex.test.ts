import { describe, expect, test } from "vitest";
import { failureOf, render } from "../testing.js";

describe("regex", () => {
  test.each([
    ['{{ regexMatch "^a+$" "aaa" }} {{ regexMatch "(" "a" }} {{ mustRegexMatch "b" "abc" }}', "true false true"],
    ['{{ regexFind "[0-9]+" "a12b3" }} {{ mustRegexFind "x" "abc" }}', "12 "],
    [
      '{{ regexFindAll "[0-9]" "1a2b3" 2 }} {{ mustRegexFindAll "b*" "abba" -1 | toJson }} {{ regexFindAll "x" "a" -1 | toJson }}',
      '[1 2] ["","bb",""] null',
    ],
    [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Go's replacement syntax
      '{{ regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W" }} {{ regexReplaceAll "a(x*)b" "-ab-axxb-" "$1W" }} {{ mustRegexReplaceAll "(?P<n>a)" "ba" "<$n$$>" }}',
      "-W-xxW- --- b<a$>",
    ],
    ['{{ regexReplaceAllLiteral "a" "banana" "$0" }} {{ mustRegexReplaceAllLiteral "a" "a" "b" }}', "b$0n$0n$0 b"],
    [
      '{{ regexSplit "[,;]" "a,b;c" -1 }} {{ regexSplit "a" "banana" 2 | toJson }} {{ mustRegexSplit "" "abc" -1 }} {{ regexSplit "x" "" -1 | toJson }}',
      '[a b c] ["b","nana"] [a b c] [""]',
    ],
    ['{{ regexQuoteMeta "a.b*c" }}', "a\\.b\\*c"],
  ])("%s gives %j", (template, output) => {
    expect(render(template)).toBe(output);
  });

  test.each([
    ['{{ mustRegexMatch "(" "a" }}', "error calling mustRegexMatch: error parsing regexp: missing closing ): `(`"],
    [
      '{{ regexFind "a**" "a" }}',
      "error calling regexFind: regexp: Compile(`a**`): error parsing regexp: invalid nested repetition operator: `**`",
    ],
  ])("%s fails: %s", (template, reason) => {
    expect(failureOf(template)).toContain(reason);
  });
});
