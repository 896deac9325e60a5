import { describe, expect, test } from "vitest";
import { failureOf, render } from "../testing.js";

describe("strings", () => {
  test.each([
    ["{{ hello }}", "Hello!"],
    ['{{ abbrev 8 "a long sentence" }}', "a lon..."],
    ['{{ abbrevboth 5 12 "a much longer sentence" }}', "...h long..."],
    ['{{ trunc 3 "abcdef" }} {{ trunc -3 "abcdef" }}', "abc def"],
    ['{{ trunc 1 "é" | b64enc }}', "ww=="],
    ['{{ trim "  x " }}|{{ upper "straße" }}|{{ lower "ÀB" }}', "x|STRAßE|àb"],
    ['{{ title "hello big-world" }} {{ untitle "Hello World" }}', "Hello Big-World hello world"],
    ['{{ substr 1 3 "abcde" }} {{ substr -1 2 "abc" }} {{ substr 1 -1 "abc" }}', "bc ab bc"],
    ['{{ repeat 3 "ab" }}', "ababab"],
    ['{{ trimall "$" "$x$" }} {{ trimAll "ab" "abcab" }} {{ trimSuffix ".go" "x.go" }} {{ trimPrefix "v" "v1" }}', "x c x 1"],
    ['{{ nospace " a b " }} {{ initials "First Try" }} {{ swapcase "aB cD" }}', "ab FT Ab Cd"],
    [
      '{{ snakecase "HTTPServerName2x" }} {{ kebabcase "fooBar_baz" }} {{ camelcase "http_server" }}',
      "http_server_name_2x foo-bar-baz HttpServer",
    ],
    ['{{ wrap 5 "one two three" }}', "one\ntwo\nthree"],
    ['{{ wrapWith 5 "/" "abcdefgh ij" }}', "abcde/fgh/ij"],
    ['{{ contains "b" "abc" }} {{ hasPrefix "a" "abc" }} {{ hasSuffix "b" "abc" }}', "true true false"],
    ['{{ quote "a" 1 nil "q\\"" }} {{ squote "a" 2 }}', '"a" "1" "q\\"" \'a\' \'2\''],
    ['{{ cat "a" nil 1 "b" }}', "a 1 b"],
    ['{{ indent 2 "a\\nb" }}{{ nindent 1 "c" }}', "  a\n  b\n c"],
    ['{{ replace "a" "b" "banana" }} {{ replace "" "-" "ab" }}', "bbnbnb -a-b-"],
    ['{{ plural "one" "many" 1 }} {{ plural "one" "many" 2 }}', "one many"],
    ['{{ toString 1.5 }} {{ toStrings (list 1 "a" nil) }}', "1.5 [1 a]"],
    ['{{ (split "," "a,b")._1 }} {{ (splitn "," 2 "a,b,c")._1 }} {{ splitList "," "a,b" }}', "b b,c [a b]"],
    ['{{ join "-" (list 1 nil "a") }} {{ join "-" "x" }} {{ sortAlpha (list "b" "a" 3) }}', "1-a x [3 a b]"],
    ['{{ atoi "12" }} {{ atoi "x" }} {{ atoi "99999999999999999999" }}', "12 0 9223372036854775807"],
  ])("%s gives %j", (template, output) => {
    expect(render(template)).toBe(output);
  });

  test.each([
    ['{{ substr 2 1 "abc" }}', "error calling substr: runtime error: slice bounds out of range [2:1]"],
    ['{{ repeat -1 "ab" }}', "error calling repeat: strings: negative Repeat count"],
  ])("%s fails: %s", (template, reason) => {
    expect(failureOf(template)).toContain(reason);
  });
});
