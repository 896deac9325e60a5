import { describe, expect, test } from "vitest";
import { failureOf, render } from "../testing.js";

describe("dicts", () => {
  test.each([
    ['{{ dict "a" 1 "b" }} {{ dict 1 2 }}', "map[a:1 b:] map[1:2]"],
    ['{{ get (dict "a" 1) "a" }} [{{ get (dict) "x" }}]', "1 []"],
    ['{{ $d := dict "a" 1 }}{{ $_ := set $d "b" 2 }}{{ $d }} {{ unset $d "a" }}', "map[a:1 b:2] map[b:2]"],
    ['{{ hasKey (dict "a" nil) "a" }} {{ pluck "a" (dict "a" 1) (dict "b" 2) (dict "a" 3) }}', "true [1 3]"],
    ['{{ keys (dict "a" 1) }} {{ values (dict "a" 1) }}', "[a] [1]"],
    ['{{ pick (dict "a" 1 "b" 2) "a" "c" }} {{ omit (dict "a" 1 "b" 2) "a" }}', "map[a:1] map[b:2]"],
    ['{{ merge (dict "a" 0 "m" (dict "x" 1)) (dict "a" 5 "b" 2 "m" (dict "x" 9 "y" 2)) }}', "map[a:5 b:2 m:map[x:1 y:2]]"],
    ['{{ mergeOverwrite (dict "a" 1 "l" (list 1)) (dict "a" 0 "l" (list) "n" nil) | toJson }}', '{"a":0,"l":[],"n":null}'],
    ['{{ mustMerge (dict "a" 1) (dict "a" 2) }} {{ mustMergeOverwrite (dict "a" 1) (dict "a" 2) }}', "map[a:1] map[a:2]"],
    [
      '{{ $a := dict "x" (dict "y" 1) }}{{ $b := deepCopy $a }}{{ $_ := set $b.x "y" 2 }}{{ $a.x.y }} {{ mustDeepCopy (list 1) }}',
      "1 [1]",
    ],
    ['{{ dig "a" "b" "none" (dict "a" (dict "b" 1)) }} {{ dig "a" "c" "none" (dict "a" (dict "b" 1)) }}', "1 none"],
  ])("%s gives %j", (template, output) => {
    expect(render(template)).toBe(output);
  });

  test.each([
    [
      '{{ dig "a" "b" "none" (dict "a" 1) }}',
      "error calling dig: interface conversion: interface {} is int, not map[string]interface {}",
    ],
  ])("%s fails: %s", (template, reason) => {
    expect(failureOf(template)).toContain(reason);
  });
});
