import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAction } from "./action.js";
import { ActionReader } from "./action-reader.js";
import { loopWords } from "./parser.js";

const functions = new Set(["include", "printf", "index", "not", "toYaml", "nindent", "eq"]);
const hasFunction = (name: string) => functions.has(name);
const grammar = { hasFunction, words: loopWords(hasFunction) };

const usual = [
  "{{ .x }}",
  "{{- .Values.image.tag | toYaml | nindent 8 -}}",
  '{{ $x := include "a.b" (index $.list 0) }}',
  "{{- $x = not $y }}",
  "{{ range $i, $e := .Values.list }}",
  "{{- if (not .a) }}",
  "{{ else if eq .a `b` }}",
  "{{- else with $x.y }}",
  "{{ end -}}",
  '{{ define "a" }}',
  '{{ template "a" . }}',
  "{{ (.a).b.c | printf `%s` }}",
  "{{ break }}",
  "{{ nil }}",
  '{{ printf "}} \\" é" -12 true . $ }}',
];

describe("an action read in place is what its tokens give", () => {
  test.each(usual)("%s", (text) => {
    expect(new ActionReader(grammar).read(`${text} tail`, 0) ?? "left to tokens").toEqual(
      parseAction(`${text} tail`, grammar) ?? "left to tokens",
    );
  });

  test("wherever it stands: positions count from it", () => {
    const reader = new ActionReader(grammar);
    expect(reader.read(`before ${usual[2]} after`, 7)).toEqual(reader.read(usual[2]!, 0));
  });

  test("or it is left to them, whatever was done to it", () => {
    const pieces = [
      ...' .$|(){}-:=,"`\\\n',
      "$x",
      ":=",
      "nil",
      "true",
      "1.5",
      "0x1",
      "'a'",
      "é",
      "end",
      "else",
      "if",
      "a",
      "{{",
      "}}",
    ];
    const reader = new ActionReader(grammar);
    const mutation = fc.record({ at: fc.nat(60), cut: fc.nat(3), piece: fc.constantFrom(...pieces) });
    fc.assert(
      fc.property(fc.constantFrom(...usual), fc.array(mutation, { minLength: 1, maxLength: 3 }), (text, mutations) => {
        const changed = mutations.reduce((it, { at, cut, piece }) => it.slice(0, 2 + at) + piece + it.slice(2 + at + cut), text);
        const read = reader.read(`${changed} tail`, 0);
        if (read !== undefined) expect(read).toEqual(parseAction(`${changed} tail`, grammar));
      }),
      { numRuns: 3000 },
    );
  });
});
