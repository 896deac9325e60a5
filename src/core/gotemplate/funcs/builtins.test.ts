import { describe, expect, test } from "vitest";
import { failureOf, render } from "../testing.js";

describe("builtins", () => {
  test.each([
    ['{{ and 1 0 2 }} {{ or 0 "" "x" }} {{ not 0 }}', "0 x true"],
    ['{{ len "é" }} {{ len (list 1 2) }} {{ len (dict "a" 1) }}', "2 2 1"],
    [
      '{{ index (list "a" "b") 1 }} {{ index (dict "a" (dict "b" 1)) "a" "b" }} [{{ index (dict) "x" }}] {{ index "abc" 1 }}',
      "b 1 [<no value>] 98",
    ],
    ['{{ print 1 2 "a" 3 nil }} {{ println "a" 1 }}', "1 2a3 <nil> a 1\n"],
    [
      '{{ html "<a href=\'x\'>&" }} {{ js "it\'s <b>\\n" }} {{ urlquery "a b&c" "é" }}',
      "&lt;a href=&#39;x&#39;&gt;&amp; it\\'s \\u003Cb\\u003E\\u000A a+b%26c%C3%A9",
    ],
    [
      '{{ eq 1 2 1 }} {{ ne "a" "b" }} {{ lt 1 2 }} {{ le "a" "a" }} {{ gt 2.5 1.5 }} {{ ge 1 1 }} {{ eq nil nil }}',
      "true true true true true true true",
    ],
  ])("%s gives %j", (template, output) => {
    expect(render(template)).toBe(output);
  });

  test.each([
    ["{{ len 3 }}", "error calling len: len of type int"],
    ["{{ index (list 1) 5 }}", "error calling index: index out of range: 5"],
    ["{{ index nil 1 }}", "error calling index: index of untyped nil"],
    ["{{ eq 1 1.0 }}", "error calling eq: incompatible types for comparison: int and float64"],
    ["{{ lt true false }}", "error calling lt: invalid type for comparison"],
    ["{{ eq (list 1) (list 1) }}", "error calling eq: non-comparable type [%!s(int=1)]: []interface {}"],
    ['{{ call "x" }}', 'error calling call: non-function "x" of type string'],
  ])("%s fails: %s", (template, reason) => {
    expect(failureOf(template)).toContain(reason);
  });
});
