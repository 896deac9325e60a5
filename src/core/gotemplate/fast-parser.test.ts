import { describe, expect, test } from "vitest";
import type { Action } from "./action.js";
import { TemplateFailure } from "./errors.js";
import { parseKnown } from "./fast-parser.js";
import { loopWords, parseTemplate } from "./parser.js";
import { RecentTexts } from "./recent-texts.js";

const functions = new Set(["include", "printf", "index", "not"]);
const hasFunction = (name: string) => functions.has(name);
const grammar = { hasFunction, words: loopWords(hasFunction) };

const texts = [
  "",
  "plain",
  "a {{ .x }} b {{- .x -}} c",
  '{{ .x.y | printf "%s" }}{{ $.a }}{{ (.b).c }}',
  "{{ $x := .a }}{{ $x = 1 }}{{ $x }}{{ if $y := $x }}{{ $y }}{{ else }}{{ $y }}{{ end }}",
  "{{ if .a }}1{{ else if .b }}2{{ else if .c }}3{{ else }}4{{ end }}5",
  "{{ with .a }}1{{ else with .b }}2{{ end }}",
  "{{ range $i, $e := .l }}{{ break }}{{ continue }}{{ if $i }}{{ break }}{{ end }}{{ else }}none{{ end }}",
  '{{ define "a" }}{{ $ }}{{ end }} {{ define "b" }} {{- end }}{{ template "a" . }}{{ template "b" }}',
  '{{/* a }} comment */}}{{- /* another */ -}}  x {{ "}}" }}{{ `{{ }}` }}{{ `}}` }}',
  "{{ `}}a` }}{{ `}}b` }}",
  '{{ block "a" . }}x{{ end }}',
  "{{ 1 }}{{ -1.5 }}{{ 'a' }}{{ true }}{{ index .l 0 -1 }}",
  "{{\n  .x\n}}\n{{ include\n`b` . }}",
  "{{- if .a -}} \n {{- end -}} \n",
];
const broken = [
  "{{ .x ",
  "{{ end }}",
  "{{ if .a }}",
  "{{ else }}",
  "{{ if .a }}{{ else }}{{ else }}{{ end }}",
  "{{ range .a }}{{ else if .b }}{{ end }}",
  "{{ with .a }}{{ else if .b }}{{ end }}",
  "{{ break }}",
  "{{ range .a }}{{ else }}{{ break }}{{ end }}",
  "{{ $x }}",
  "{{ if $x := 1 }}{{ end }}{{ $x }}",
  '{{ define "a" }}{{ $y := 1 }}{{ end }}{{ $y }}',
  '{{ if .a }}{{ define "a" }}{{ end }}{{ end }}',
  '{{ define "a" }}1{{ end }}{{ define "a" }}2{{ end }}',
  "{{ unknown }}",
  "{{ }}",
  "{{/* open",
  '{{ "x }}',
  "{{ .a | 1 }}",
];

describe("texts without errors", () => {
  test.each(texts)("%j is the same tree, however often its actions were met before", (text) => {
    const known = new RecentTexts<Action>();
    const expected = shown(parseTemplate("t", text, hasFunction));
    for (const _ of [1, 2]) {
      const trees = parseKnown("t", text, known, grammar);
      if (!text.includes("block")) expect(trees && shown(trees)).toEqual(expected);
    }
  });
});

test.each(broken)("%j is left to the parser that words errors", (text) => {
  expect(parseKnown("t", text, new RecentTexts(), grammar)).toBeUndefined();
  expect(() => parseTemplate("t", text, hasFunction)).toThrow(expect.any(TemplateFailure) as Error);
});

/** Trees with positions that count from the beginning of the text. */
function shown(trees: ReadonlyMap<string, { readonly root: unknown }>): unknown {
  return [...trees].map(([name, { root }]) => [name, absolute(root, 0)]);
}

function absolute(node: unknown, base: number): unknown {
  if (Array.isArray(node)) return node.map((item) => absolute(item, base));
  if (typeof node !== "object" || node === null) return node;
  const fields = node as Readonly<Record<string, unknown>>;
  const from = typeof fields["base"] === "number" ? fields["base"] : base;
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      if (key === "base" || (key === "pos" && fields["kind"] === "list")) return [key, 0];
      if (key === "pos") return [key, (value as number) + from];
      return [key, absolute(value, key === "list" || key === "elseList" ? 0 : from)];
    }),
  );
}
