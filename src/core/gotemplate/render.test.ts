import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../errors.js";
import { argoTable, helmTable } from "./funcs/tables.js";
import { compileTemplate, executeTemplate, toGoValue } from "./render.js";
import { failureOf, render } from "./testing.js";

describe("the language", () => {
  test.each([
    ["a {{- 1 -}} b", {}, "a1b"],
    ["{{/* note */}}{{ `raw` }}", {}, "raw"],
    ["{{ .a.b }} {{ .a.c }}", { a: { b: 1 } }, "1 <no value>"],
    ["{{ range $k, $v := . }}{{ $k }}={{ $v }};{{ end }}", { b: 2, a: 1 }, "a=1;b=2;"],
    ["{{ range .l }}{{ if eq . 2.0 }}{{ continue }}{{ end }}{{ . }}{{ else }}none{{ end }}", { l: [1, 2, 3] }, "13"],
    ["{{ range 3 }}{{ . }}{{ if eq . 1 }}{{ break }}{{ end }}{{ end }}", {}, "01"],
    ["{{ with .x }}{{ . }}{{ else with .y }}{{ . }}!{{ end }}", { y: "y" }, "y!"],
    ['{{ define "t" }}<{{ . }}>{{ end }}{{ template "t" 1 }}{{ block "b" 2 }}[{{ . }}]{{ end }}', {}, "<1>[2]"],
    ["{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $y := 3 }}{{ end }}{{ $x }}", {}, "2"],
    ["{{ and .no .a.b }}|{{ or .yes .a.b.c }}", { no: false, yes: 1, a: "x" }, "false|1"],
    ["{{ 1.0 }} {{ 1e6 }} {{ 0x10 }} {{ 'a' }} {{ 1i }}", {}, "1 1e+06 16 97 (0+1i)"],
    ["{{ .m }} {{ .n }} {{ .l }}", { m: { b: 1, a: null }, n: null, l: [1.5, "x"] }, "map[a:<nil> b:1] <no value> [1.5 x]"],
  ])("%s", (template, data, output) => {
    expect(render(template, data)).toBe(output);
  });
});

describe("errors carry the original's words and place", () => {
  test.each([
    ["{{ .a", "template: base:1: unclosed action"],
    ["x\n{{ nope }}", 'template: base:2: function "nope" not defined'],
    ["{{ if }}", "template: base:1: missing value for if"],
    ["{{ .s.x.y }}", 'template: base:1:5: executing "base" at <.s.x.y>: can\'t evaluate field x in type interface {}'],
    ["{{ .n.x }}", 'template: base:1:5: executing "base" at <.n.x>: nil pointer evaluating interface {}.x'],
    ["{{ upper 5 }}", 'template: base:1:9: executing "base" at <5>: expected string; found 5'],
    ["{{ upper .f }}", 'template: base:1:9: executing "base" at <.f>: wrong type for value; expected string; got float64'],
    ["{{ upper }}", 'template: base:1:3: executing "base" at <upper>: wrong number of args for upper: want 1 got 0'],
  ])("%s", (template, message) => {
    expect(failureOf(template, { s: "x", n: null, f: 1 })).toBe(message);
  });

  test("a location counts lines and columns from 1", () => {
    const template = compileTemplate("set.yaml", "é\n  {{ fail `no` }}");
    const run = () => executeTemplate(template, {});
    expect(run).toThrowError(
      expect.objectContaining({ code: "TEMPLATE_EXECUTE", location: { file: "set.yaml", line: 2, column: 6 } }),
    );
  });
});

test.each([
  ["default", "<no value>"],
  ["zero", "<no value>"],
  ["error", 'template: base:1:3: executing "base" at <.nope>: map has no entry for key "nope"'],
] as const)("with missingkey=%s a missing key gives %s", (missingKey, shown) => {
  const run = missingKey === "error" ? failureOf : render;
  expect(run("{{ .nope }}", {}, { missingKey })).toBe(shown);
});

describe("printf", () => {
  test.each([
    [
      '{{ printf "%d|%5d|%-5d|%05d|%+d|%x|%#o|%b|%c|%U" 5 5 5 5 5 255 8 5 65 233 }}',
      "5|    5|5    |00005|+5|ff|010|101|A|U+00E9",
    ],
    ['{{ printf "%s|%q|%10s|%.2s|%x|%T" "a" "b\\"" "c" "def" "g" "h" }}', 'a|"b\\""|         c|de|67|string'],
    ['{{ printf "%v|%f|%.2f|%e|%g|%8.3f" 1.5 1.5 2.345 12345.678 1e21 1.5 }}', "1.5|1.500000|2.35|1.234568e+04|1e+21|   1.500"],
    ['{{ printf "%d" "x" }} {{ printf "%s" 5 }}', "%!d(string=x) %!s(int=5)"],
    ['{{ printf "%d %d" 1 }} {{ printf "%d" 1 2 }}', "1 %!d(MISSING) 1%!(EXTRA int=2)"],
    ['{{ printf "%[2]d %[1]d %[9]d" 1 2 }} {{ printf "%*d|%!" 4 7 }}', "2 1 %!d(BADINDEX)    7|%!!(MISSING)"],
    ['{{ printf "%v %v %t" nil (dict "a" (list 1 "x")) true }}', "<nil> map[a:[1 x]] true"],
  ])("%s", (template, output) => {
    expect(render(template)).toBe(output);
  });
});

describe("budgets", () => {
  test.each([
    ["{{ range until 1000000000 }}{{ end }}", "TEMPLATE_STEPS"],
    ["{{ repeat 10000000 `0123456789` }}", "TEMPLATE_EXECUTE"],
    ["{{ range 2000 }}{{ repeat 50000 `x` }}{{ end }}", "TEMPLATE_OUTPUT"],
    ['{{ define "r" }}{{ template "r" . }}{{ end }}{{ template "r" . }}', "TEMPLATE_DEPTH"],
    ["{{ $m := dict }}{{ $_ := set $m `m` $m }}{{ toJson $m }}{{ $m }}", "TEMPLATE_DEPTH"],
  ])("%s ends in %s", (template, code) => {
    expect(() => render(template)).toThrowError(expect.objectContaining({ code }));
  });

  test("without a clock or randomness a template that asks for them is refused", () => {
    const template = compileTemplate("t", "{{ randAlpha 4 }}");
    expect(() => executeTemplate(template, {})).toThrowError(expect.objectContaining({ code: "TEMPLATE_UNSTABLE" }));
  });
});

test("the functions that make a template unstable are named", () => {
  const seen: string[] = [];
  render("{{ now | date `2006` }}{{ uuidv4 }}{{ upper `x` }}", {}, { onUnstable: (name) => seen.push(name) });
  expect(new Set(seen)).toEqual(new Set(["now", "uuidv4"]));
});

test("data is copied unless it was converted before: then changes by set are shared", () => {
  const plain = { a: 1 };
  render("{{ $_ := set . `a` 2 }}", plain);
  expect(plain).toEqual({ a: 1 });
  const shared = toGoValue(plain);
  render("{{ $_ := set . `a` 2 }}", shared);
  expect(render("{{ .a }}", shared)).toBe("2");
});

test("text is cut in bytes, and half a character comes out as U+FFFD", () => {
  expect(render("{{ trunc 1 `é` }}{{ trunc 1 `é` | len }}{{ printf `%s%s` (trunc 1 `é`) (trunc -1 `é`) }}")).toBe("\ufffd1é");
});

test("every random function draws from the caller's source only", () => {
  const template =
    "{{ randAlphaNum 5 }}{{ randAlpha 3 }}{{ randNumeric 3 }}{{ randAscii 3 }}{{ randBytes 4 }}{{ randInt 1 9 }}{{ shuffle `abc` }}{{ uuidv4 }}";
  expect(render(template)).toBe(render(template));
});

describe("fuzzed templates", () => {
  const names = [...new Set([...Object.keys(argoTable), ...Object.keys(helmTable())])].filter(
    (name) => !/^(gen|derivePassword|bcrypt|htpasswd)/.test(name),
  );
  const operand = fc.oneof(
    fc.constantFrom(
      ".",
      "$",
      ".a",
      ".l",
      ".m",
      ".__proto__",
      "nil",
      "true",
      '"x"',
      '"("',
      '"__proto__"',
      "1",
      "-1",
      "1.5",
      "1e9",
      "(list 1)",
      "(dict)",
    ),
    fc.string({ maxLength: 5 }).map((text) => JSON.stringify(text)),
  );
  const call = fc
    .tuple(fc.constantFrom(...names), fc.array(operand, { maxLength: 4 }))
    .map(([name, args]) => `{{ ${[name, ...args].join(" ")} }}`);
  const noise = fc.array(
    fc.constantFrom("{{", "}}", "if ", "range ", "end", ".a", "|", "(", ")", '"', "`", "$x", ":=", " ", "{{end}}"),
    {
      maxLength: 12,
    },
  );

  test("never throw anything but InputError and never touch prototypes", () => {
    fc.assert(
      fc.property(
        fc.oneof({ weight: 3, arbitrary: call }, { weight: 1, arbitrary: noise.map((parts) => parts.join("")) }),
        (template) => {
          for (const functions of ["argo", "helm"] as const) {
            try {
              render(
                template,
                { a: "x", l: [1, "b"], m: { k: null } },
                { functions, budget: { steps: 20_000, outputLength: 200_000 } },
              );
            } catch (error) {
              if (!(error instanceof InputError)) throw error;
            }
          }
          expect(Object.keys(Object.prototype)).toEqual([]);
        },
      ),
      { numRuns: 800 },
    );
  });
});
