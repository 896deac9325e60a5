import fc from "fast-check";
import { expect, test } from "vitest";
import type { Value } from "../manifest/value.js";
import { emitYaml } from "./emit.js";
import { emitJson, parseJson } from "./json.js";
import { parseYaml } from "./parse.js";

test("keys are sorted naturally, strings that look like something else are quoted, long lines fold at column 80", () => {
  const value = {
    a10: "x",
    a9: ["yes", "1", "", "* * *", "a: b", "two\nlines\n"],
    "2": "word ".repeat(18).trim(),
    empty: { list: [], map: {} },
    "line\nbreak": 1,
  };
  expect(
    emitYaml(value, { style: "kubernetes" }),
  ).toBe(`"2": word word word word word word word word word word word word word word word word
  word word
a9:
- "yes"
- "1"
- ""
- '* * *'
- 'a: b'
- |
  two
  lines
a10: x
empty:
  list: []
  map: {}
? |-
  line
  break
: 1
`);
});

test("yaml.v3 indents sequences, does not fold and quotes YAML 1.1's booleans", () => {
  expect(emitYaml({ a: { b: ["on", { c: 1 }] } }, { style: "go-yaml-v3" })).toBe('a:\n    b:\n        - "on"\n        - c: 1\n');
  expect(emitYaml({ a: ["x"], m: 1e6 }, { style: "go-yaml-v3", indent: 2, numbers: "float64" })).toBe("a:\n  - x\nm: 1e+06\n");
});

test.each([
  ["1.0", "1"],
  ["1e21", "1e+21"],
  ["0.00001", "1e-05"],
  ["1234567.5", "1.2345675e+06"],
  ["0x1F", "31"],
  ["2021-01-01", '"2021-01-01T00:00:00Z"'],
  ["18446744073709551615", "18446744073709551615"],
])("kustomize reads %s and prints %s", (text, printed) => {
  expect(emitYaml(parseYaml(`a: ${text}\n`, { dialect: "kustomize" }), { style: "kustomize" })).toBe(`a: ${printed}\n`);
});

const anyValue = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Value[]>(
      null,
      true,
      false,
      "yes",
      "1",
      "",
      "<<",
      "a: b",
      " x",
      "x ",
      "# c",
      "- a",
      "a\n",
      "\n",
      "0x10",
      "1e3",
      "=",
      "&a",
    ),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0) && Math.abs(number) < 2 ** 53),
    fc.string({ unit: fc.constantFrom(...Array.from("ab \n:-#'\"{}[],&*!|>%@`?\\é😀\t=~0")), maxLength: 60 }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ maxLength: 8 }).filter((key) => key !== "__proto__" && !/[\x7f-\x9f]/.test(key)),
      tie("value"),
      { maxKeys: 4 },
    ),
  ),
})).value;

test("what is written reads back the same, in every style", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const plain = JSON.parse(JSON.stringify(value)) as Value;
      expect(parseYaml(emitYaml(plain, { style: "kubernetes" }), { dialect: "kubernetes" })).toEqual(plain);
      expect(parseJson(emitJson(plain))).toEqual(plain);
      expect(parseYaml(emitJson(plain), { dialect: "kubernetes" })).toEqual(plain);
    }),
    { numRuns: 400, seed: 7 },
  );
});

test("JSON has Go's escapes, number forms and order", () => {
  const value = { b: "<a> & \u2028", a: [1e21, 0.000001, 1e-7, 12345678901234567890n], "\ue000": 1, "😀": 2 };
  expect(emitJson(value)).toBe(
    '{"a":[1e+21,0.000001,1e-7,12345678901234567890],"b":"\\u003ca\\u003e \\u0026 \\u2028","\ue000":1,"😀":2}',
  );
  expect(emitJson({ a: [], b: { c: 1 } }, { indent: 2 })).toBe('{\n  "a": [],\n  "b": {\n    "c": 1\n  }\n}');
});

test("JSON integers keep their digits, errors say where", () => {
  expect(parseJson('{"a": 9007199254740993}')).toEqual({ a: 9007199254740993n });
  expect(() => parseJson('{"a":\n  x}', { file: "v.json" })).toThrow(
    expect.objectContaining({ code: "JSON_SYNTAX", location: { file: "v.json", line: 2, column: 3 } }),
  );
  for (const key of ["__proto__", "\\u005f_proto__", "__\\u0070roto__"])
    expect(() => parseJson(`{"${key}": 1}`)).toThrow(expect.objectContaining({ code: "YAML_PROTO_KEY" }));
});

test("parts that are kept as they are printed cost no more where they stand late in a large document", () => {
  const part = (index: number): Value => ({ description: `field ${index} `.repeat(20).trim(), type: "string" });
  const fields = Object.fromEntries(Array.from({ length: 12_000 }, (_, index) => [`f${index}`, part(index)]));
  const value = { spec: { fields } };
  expect(emitYaml(value, { style: "kustomize", printed: new WeakMap() })).toBe(emitYaml(value, { style: "kustomize" }));
});
