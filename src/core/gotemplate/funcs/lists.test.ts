import { describe, expect, test } from "vitest";
import { failureOf, render } from "../testing.js";

describe("lists", () => {
  test.each([
    ['{{ list 1 "a" nil }} {{ tuple 1 2 }}', "[1 a <nil>] [1 2]"],
    [
      "{{ append (list 1) 2 }} {{ push (list 1) 2 }} {{ mustAppend (list 1) 2 }} {{ mustPush (list 1) 2 }}",
      "[1 2] [1 2] [1 2] [1 2]",
    ],
    ["{{ prepend (list 1) 0 }} {{ mustPrepend (list 1) 0 }}", "[0 1] [0 1]"],
    [
      "{{ first (list 1 2) }} {{ mustFirst (list 1 2) }} {{ last (list 1 2) }} {{ mustLast (list 1 2) }} {{ first list }}",
      "1 1 2 2 <no value>",
    ],
    [
      "{{ rest (list 1 2) }} {{ mustRest (list 1) }} {{ initial (list 1 2) }} {{ mustInitial (list 1 2) }} {{ rest list | toJson }}",
      "[2] [] [1] [1] null",
    ],
    ["{{ reverse (list 1 2) }} {{ mustReverse (list 1 2) }}", "[2 1] [2 1]"],
    ['{{ compact (list 0 1 "" "a" nil) }} {{ mustCompact (list 0 1) }}', "[1 a] [1]"],
    ['{{ uniq (list 1 1 1.0 "1") }} {{ mustUniq (list 1 1) }}', "[1 1 1] [1]"],
    ["{{ without (list 1 2 3) 2 }} {{ mustWithout (list 1 2) 1 }}", "[1 3] [2]"],
    ["{{ has 2 (list 1 2) }} {{ has 2.0 (list 1 2) }} {{ mustHas 1 (list 1) }} {{ has 1 nil }}", "true false true false"],
    ["{{ slice (list 1 2 3) 1 2 }} {{ mustSlice (list 1 2 3) 1 }}", "[2] [2 3]"],
    ["{{ chunk 2 (list 1 2 3) }} {{ mustChunk 2 (list 1 2) }}", "[[1 2] [3]] [[1 2]]"],
    ["{{ concat (list 1) (list 2) }} {{ concat | toJson }}", "[1 2] null"],
  ])("%s gives %j", (template, output) => {
    expect(render(template)).toBe(output);
  });

  test.each([
    ['{{ append "x" 1 }}', "error calling append: Cannot push on type string"],
    ["{{ slice (list 1 2) 3 }}", "error calling slice: reflect.Value.Slice: slice index out of bounds"],
    ["{{ chunk 0 (list 1) }}", "error calling chunk: runtime error: makeslice: len out of range"],
    ['{{ concat (list 1) "x" }}', "error calling concat: Cannot concat type string as list"],
    ["{{ first nil }}", "error calling first: runtime error: invalid memory address or nil pointer dereference"],
  ])("%s fails: %s", (template, reason) => {
    expect(failureOf(template)).toContain(reason);
  });
});
