import { describe, expect, test } from "vitest";
import type { Value } from "../../manifest/value.js";
import { printFindings } from "./messages.js";
import { checkSchema, validateSchema } from "./validate.js";

const check = (schema: Value, value: Value) => printFindings(validateSchema(schema, value));

describe("findings name the place and what was wanted", () => {
  test.each<[Value, Value, string[]]>([
    [{ type: "integer" }, "x", ["- at '': got string, want integer"]],
    [{ type: "integer" }, 1.0, []],
    [{ type: ["string", "null"] }, 5, ["- at '': got number, want null or string"]],
    [{ properties: { a: { minLength: 3 } } }, { a: "x" }, ["- at '/a': minLength: got 1, want 3"]],
    [{ properties: { p: { maximum: 65535 } } }, { p: 70000 }, ["- at '/p': maximum: got 70,000, want 65,535"]],
    [{ required: ["a", "b"] }, {}, ["- at '': missing properties 'a', 'b'"]],
    [
      { additionalProperties: false, properties: { a: true } },
      { a: 1, "b/c": 2 },
      ["- at '': additional properties 'b/c' not allowed"],
    ],
    [{ enum: ["a", null] }, "b", ["- at '': value must be one of 'a', <nil>"]],
    [{ enum: ["a", 1] }, "b", ["- at '': value must be one of 'a', 1"]],
    [{ const: "z" }, "b", ["- at '': value must be 'z'"]],
    [{ pattern: "^[a-z]+$" }, "A", ["- at '': 'A' does not match pattern '^[a-z]+$'"]],
    [
      { items: { type: "string" }, uniqueItems: true },
      ["a", "a", 1],
      ["- at '': items at 0 and 1 are equal", "- at '/2': got number, want string"],
    ],
    [
      { anyOf: [{ type: "string" }, { type: "null" }] },
      1,
      ["- at '': 'anyOf' failed", "  - at '': got number, want string", "  - at '': got number, want null"],
    ],
    [{ oneOf: [true, true] }, 1, ["- at '': 'oneOf' failed, subschemas 0, 1 matched"]],
    [{ not: {} }, 1, ["- at '': 'not' failed"]],
    [JSON.parse('{"if": {"required": ["a"]}, "then": {"required": ["b"]}}'), { a: 1 }, ["- at '': missing property 'b'"]],
    [{ multipleOf: 0.1 }, 0.3, []],
    [{ $ref: "#/$defs/x", $defs: { x: { type: "string" } } }, 1, ["- at '': got number, want string"]],
    [{ unevaluatedProperties: false, allOf: [{ properties: { a: true } }] }, { a: 1, b: 2 }, ["- at '/b': false schema"]],
    [
      { $schema: "http://json-schema.org/draft-04/schema#", minimum: 1, exclusiveMinimum: true },
      1,
      ["- at '': exclusiveMinimum: got 1, want 1"],
    ],
    [
      { $schema: "http://json-schema.org/draft-07/schema#", format: "ipv4" },
      "1.2.3",
      ["- at '': '1.2.3' is not valid ipv4: invalid ipv4"],
    ],
    [{ prefixItems: [{ type: "string" }], items: false }, ["a", 1], ["- at '/1': false schema"]],
    [{ contains: { const: 1 } }, [2], ["- at '': no items match contains schema", "  - at '/0': value must be 1"]],
    [{ dependentRequired: { a: ["b"] } }, { a: 1 }, ["- at '': properties 'b' required, if 'a' exists"]],
    [
      { propertyNames: { maxLength: 1 } },
      { ab: 1 },
      ["- at '': invalid propertyName 'ab'", "  - at '': maxLength: got 2, want 1"],
    ],
  ])("%j of %j", (schema, value, findings) => {
    expect(check(schema, value)).toEqual(findings);
  });
});

test.each([
  ["file:///etc/passwd", 'failing loading "file:///etc/passwd": open /etc/passwd: no such file or directory'],
  ["https://example.com/x.json", 'failing loading "https://example.com/x.json": remote references are not loaded'],
])("a reference to %s is never followed, used or not", (reference, message) => {
  expect(() => checkSchema({ properties: { a: { $ref: reference } } })).toThrowError(message);
});

test("a schema that refers to itself ends with the value; one that goes in circles is refused", () => {
  const list: Value = { properties: { next: { $ref: "#" }, v: { type: "number" } } };
  expect(check(list, { next: { next: { v: "x" } } })).toEqual(["- at '/next/next/v': got string, want number"]);
  expect(() => check({ allOf: [{ $ref: "#" }] }, 1)).toThrowError(expect.objectContaining({ code: "HELM_SCHEMA" }));
});
