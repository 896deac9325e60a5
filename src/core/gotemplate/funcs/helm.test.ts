import { describe, expect, test } from "vitest";
import { failureOf, render } from "../testing.js";

const helm = { functions: "helm" } as const;

describe("Helm's functions", () => {
  test.each([
    ['{{ toYaml (dict "b" 1 "a" (list "x" nil)) }}', "a:\n- x\n- null\nb: 1"],
    ['{{ toYamlPretty (dict "a" (list 1)) }} {{ mustToYaml "yes" }}', 'a:\n  - 1 "yes"'],
    [
      '{{ fromYaml "a: 012" | toJson }} {{ fromYaml "[1]" | toJson }}',
      '{"a":10} {"Error":"error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}"}',
    ],
    ['{{ fromYaml "a: 12345678901234567890" | toJson }}', '{"a":12345678901234567000}'],
    [
      '{{ fromYamlArray "[1, a]" }} {{ fromJsonArray "[1]" }} {{ fromJson "{" }}',
      "[1 a] [1] map[Error:unexpected end of JSON input]",
    ],
    ['{{ toJson (dict "a" "<") }} {{ mustToJson 1 }}', '{"a":"\\u003c"} 1'],
    ['{{ toToml (dict "a" 1 "t" (dict "x" "y")) }}', 'a = 1\n\n[t]\n  x = "y"\n'],
    ['{{ mustToToml (dict "l" (list 1 2.0)) }}{{ (fromToml "a = 1").a }}', "l = [1, 2.0]\n1"],
    ['{{ tpl "{{ .a }}{{ .nope }}" (dict "a" 1) }}', "1"],
    ['{{ define "x" }}[{{ . }}]{{ end }}{{ include "x" 1 | upper }}', "[1]"],
    ['{{ required "need it" 0 }} {{ lookup "v1" "Pod" "" "" }} {{ getHostByName "example.com" }}', "0 map[] "],
    [
      '{{ mustToDuration "1h" }} {{ durationSeconds "90s" }} {{ durationMilliseconds "1s" }} {{ durationMicroseconds 1 }} {{ durationNanoseconds "1us" }}',
      "1h0m0s 90 1000 1000000 1000",
    ],
    [
      '{{ durationMinutes "90s" }} {{ durationHours "90m" }} {{ durationDays "36h" }} {{ durationWeeks "336h" }} {{ durationSeconds "x" }}',
      "1.5 1.5 1.5 2 0",
    ],
    ['{{ durationRoundTo "1h29m" "1h" }} {{ durationTruncateTo "1h59m" "1h" }}', "1h0m0s 1h0m0s"],
  ])("%s", (template, output) => {
    expect(render(template, {}, helm)).toBe(output);
  });

  test.each([
    ['{{ required "need it" "" }}', "need it"],
    ['{{ fail "no" }}', "no"],
    ['{{ include "missing" . }}', 'no template "missing" associated with template "gotpl"'],
    ['{{ tpl "{{ bad" . }}', 'cannot parse template "{{ bad": template: gotpl:1: function "bad" not defined'],
    ['{{ mustToDuration "x" }}', 'could not parse duration "x"'],
  ])("%s fails: %s", (template, reason) => {
    expect(failureOf(template, {}, helm)).toContain(reason);
  });

  test("tpl within tpl runs its own text where that is blank or only defines others", () => {
    const inner = (text: string) => `{{ tpl "<{{ tpl .t . }}>" (dict "t" ${JSON.stringify(text)}) }}`;
    expect(render(inner(""), {}, helm)).toBe("<>");
    expect(render(inner("  {{/* nothing */}}"), {}, helm)).toBe("<  >");
    expect(render(inner('{{ define "x" }}y{{ end }} '), {}, helm)).toBe("< >");
  });

  test("a template that includes itself is stopped", () => {
    expect(failureOf('{{ define "r" }}{{ include "r" . }}{{ end }}{{ include "r" . }}', {}, helm)).toMatch(
      /nested reference name: r|nested too deeply/,
    );
  });
});

describe("Argo CD's functions", () => {
  test.each([
    ['{{ toYaml (dict "a" 1.0) }} {{ (fromYaml "a: {b: yes}").a.b }} {{ fromYamlArray "- 1" }}', "a: 1 true [1]"],
    [
      '{{ normalize "Feature/X_y--" }} {{ slugify 10 "some-long-branch-name" }} {{ slugify 6 false "some-long" }}',
      "feature-x-y some-long some-l",
    ],
  ])("%s", (template, output) => {
    expect(render(template)).toBe(output);
  });

  test("errors of fromYaml fail the template", () => {
    expect(failureOf('{{ fromYaml "a: [" }}')).toContain(
      "error converting YAML to JSON: yaml: line 1: did not find expected node content",
    );
  });
});
