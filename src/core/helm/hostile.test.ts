import { expect, test } from "vitest";
import { utf8Encode } from "../../platform/bytes.js";
import { loadChartFiles } from "./load-files.js";
import { type TemplateOptions, templateChart } from "./template-chart.js";
import { errorOf } from "./testing.js";
import { mergeUserValues } from "./user-values.js";

/** Each of these would hold up or exhaust a controller that renders for others too. */
test.each([
  [
    "includes itself for ever",
    `{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}`,
    "rendering template has a nested reference name",
  ],
  ["asks for a billion numbers", "{{ until 1000000000 }}", ""],
  ["repeats without measure", `{{ repeat 1000000000 "abcdefgh" }}`, ""],
  ["loops within loops", "{{ range until 10000 }}{{ range until 10000 }}{{ range until 10000 }}x{{ end }}{{ end }}{{ end }}", ""],
  ["asks for a billion rounds", "{{ range 1000000000 }}{{ end }}", "budget of steps"],
  ["indents without measure", `{{ indent 2000000000 "a" }}`, "Repeat output length overflow"],
  ["indents over and over", `{{ range until 100000 }}{{ indent 10000 "a\\nb" }}{{ end }}`, "budget of output"],
  ["encodes what it encoded", `{{ $x := "abcdefgh" }}{{ range until 60 }}{{ $x = b64enc $x }}{{ end }}`, "budget of output"],
  [
    "reads a long text again and again",
    `{{ $x := repeat 1000000 "a" }}{{ range until 100000 }}{{ $_ := upper $x }}{{ end }}`,
    "budget of steps",
  ],
  ["is a text that tpl finds in itself", `{{ define "t" }}{{ tpl "{{ include "t" . }}" . }}{{ end }}{{ include "t" . }}`, ""],
  ["puts a map into itself", `{{ $d := dict }}{{ $_ := set $d "a" $d }}{{ deepCopy $d | len }}`, ""],
  ["doubles a list forty times", `{{ $x := list 1 }}{{ range until 40 }}{{ $x = concat $x $x }}{{ end }}`, "budget of steps"],
  ["doubles a text forty times", `{{ $x := "x" }}{{ range until 40 }}{{ $x = print $x $x }}{{ end }}{{ $x }}`, ""],
])("a template that %s ends with an error", { timeout: 60_000 }, (_, template, message) => {
  const error = errorOf(() => render(template));
  expect(error.message).toContain(message);
  expect(error.code).toMatch(/^(HELM|TEMPLATE)_/);
});

const shared = "{{ $d := list 1 }}{{ $e := list 1 }}{{ range until 40 }}{{ $d = list $d $d }}{{ $e = list $e $e }}{{ end }}";

/** What a call passes over counts, not the call alone: here with a tenth of the usual budget. */
test.each([
  ["prints a long list again and again", "{{ $l := until 50000 }}{{ range until 100000 }}{{ $_ := print $l }}{{ end }}"],
  ["looks for what a long list lacks", "{{ $l := until 50000 }}{{ range until 100000 }}{{ $_ := has -1 $l }}{{ end }}"],
  [
    "replaces each letter again and again",
    `{{ $x := repeat 500000 "a" }}{{ range until 10000 }}{{ $_ := regexReplaceAll "a" $x "b" }}{{ end }}`,
  ],
  ["splits a long text again and again", `{{ $x := repeat 100000 "a," }}{{ range until 1000 }}{{ $_ := split "," $x }}{{ end }}`],
  ["encodes a long text in many places", `{{ $x := repeat 1000000 "a" }}{{ toYaml (list $x $x $x $x $x $x $x $x $x $x) }}`],
  ["prints what holds the next level twice, forty levels deep", `${shared}{{ print $d }}`],
  ["encodes such a list", `${shared}{{ toJson $d }}`],
  ["compares such lists", `${shared}{{ deepEqual $d $e }}`],
  ["looks for such a list", `${shared}{{ has $d (list $e) }}`],
])("a template that %s spends its steps", { timeout: 60_000 }, (_, template) => {
  expect(errorOf(() => render(template, "c", { steps: 1_000_000 })).code).toBe("TEMPLATE_STEPS");
});

test.each([
  `bcrypt "x"`,
  `htpasswd "a" "x"`,
  `derivePassword 1 "long" "a" "b" "c"`,
  `genPrivateKey "rsa"`,
  `genPrivateKey "ecdsa"`,
])("%s, which is slow by intent, costs much of the budget", (call) => {
  const error = errorOf(() => render(`{{ ${call} }}`, "c", { steps: 1_000 }));
  expect(error.message).toContain("budget of steps");
});

test("regular expressions that explode elsewhere take linear time", { timeout: 60_000 }, () => {
  expect(render(`a: {{ regexMatch "^(a+)+$" (print (repeat 5000 "a") "b") }}`)).toContain("a: false");
});

test("a chart named .. is refused", () => {
  expect(errorOf(() => render("a: 1", "..")).code).toMatch(/^HELM_/);
});

function render(template: string, name = "c", budget: TemplateOptions["budget"] = {}): string {
  const chart = loadChartFiles([
    { name: "Chart.yaml", bytes: utf8Encode(`apiVersion: v2\nname: ${JSON.stringify(name)}\nversion: 1.0.0\n`) },
    { name: "templates/a.yaml", bytes: utf8Encode(template) },
  ]);
  const unstable = { now: () => 0n, random: (count: number) => new Uint8Array(count) };
  return templateChart(chart, mergeUserValues({}), { releaseName: "r", budget, ...unstable }).yaml;
}
