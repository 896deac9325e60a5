import { describe, expect, test } from "vitest";
import { failureOf, render } from "../testing.js";

describe("math", () => {
  test.each([
    [
      '{{ int "0x1F" }} {{ int 1.9 }} {{ int64 "12.00" }} {{ int "x" }} {{ float64 "1.5" }} {{ toDecimal 777 }}',
      "31 1 12 0 1.5 511",
    ],
    ["{{ add 1 2 3 }} {{ add1 1 }} {{ sub 5 3 }} {{ mul 2 3 4 }} {{ div 7 2 }} {{ mod -7 3 }}", "6 2 2 24 3 -1"],
    ["{{ add 9223372036854775807 1 }}", "-9223372036854775808"],
    [
      "{{ add1f 1.1 }} {{ addf 0.1 0.2 }} {{ subf 1 0.9 }} {{ mulf 1.1 1.1 }} {{ divf 10 3 }}",
      "2.1 0.3 0.1 1.21 3.3333333333333335",
    ],
    ["{{ max 1 3 2 }} {{ biggest 1 3 }} {{ min 2 1 }} {{ maxf 1.5 2 }} {{ minf 1.5 2 }}", "3 3 1 2 1.5"],
    [
      "{{ ceil 1.2 }} {{ floor -1.2 }} {{ round 123.555 2 }} {{ round 123.555 2 0.6 }} {{ round -1.5 0 }}",
      "2 -2 123.56 123.55 -2",
    ],
    [
      "{{ until 3 }} {{ until -2 }} {{ untilStep 0 6 2 }} {{ untilStep 3 0 -1 }} {{ untilStep 0 3 0 }}",
      "[0 1 2] [0 -1] [0 2 4] [3 2 1] []",
    ],
    ["{{ seq 3 }} {{ seq -1 }} {{ seq 2 4 }} {{ seq 0 2 6 }} {{ seq 5 1 2 }}", "1 2 3 1 0 -1 2 3 4 0 2 4 6 "],
  ])("%s gives %j", (template, output) => {
    expect(render(template)).toBe(output);
  });

  test.each([
    ["{{ div 1 0 }}", "error calling div: runtime error: integer divide by zero"],
    ["{{ divf 1 0 }}", "error calling divf: decimal division by 0"],
  ])("%s fails: %s", (template, reason) => {
    expect(failureOf(template)).toContain(reason);
  });
});
