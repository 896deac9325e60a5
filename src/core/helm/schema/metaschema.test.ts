import { expect, test } from "vitest";
import type { Value } from "../../manifest/value.js";
import { errorOf } from "../testing.js";
import { checkSchema } from "./validate.js";

const draft4 = "http://json-schema.org/draft-04/schema#";
const draft7 = "http://json-schema.org/draft-07/schema#";
const draft2019 = "https://json-schema.org/draft/2019-09/schema";
const types = "value must be one of 'array', 'boolean', 'integer', 'null', 'number', 'object', 'string'";

test.each<[Value, string[]]>([
  [{ $schema: draft4, required: [] }, ["- at '/required': minItems: got 0, want 1"]],
  [{ $schema: draft4, properties: { a: true } }, ["- at '/properties/a': got boolean, want object"]],
  [
    { $schema: draft7, type: "strin" },
    ["- at '/type': 'anyOf' failed", `  - at '/type': ${types}`, "  - at '/type': got string, want array"],
  ],
  [{ $schema: draft2019, format: 5 }, ["- at '': 'allOf' failed", "  - at '/format': got number, want string"]],
  [
    { properties: { a: { minLength: -1 } } },
    [
      "- at '': 'allOf' failed",
      "  - at '/properties/a': 'allOf' failed",
      "    - at '/properties/a/minLength': minimum: got -1, want 0",
    ],
  ],
  [
    { properties: { b: { pattern: "(" } } },
    [
      "- at '': 'allOf' failed",
      "  - at '/properties/b': 'allOf' failed",
      "    - at '/properties/b/pattern': '(' is not valid regex: error parsing regexp: missing closing ): `(`",
    ],
  ],
  [[], ["- at '': got array, want boolean or object"]],
])("%j is no schema", (document, lines) => {
  const error = errorOf(() => checkSchema(document));
  expect(error.code).toBe("HELM_SCHEMA");
  expect(error.message.split("\n").slice(1)).toEqual(lines);
  expect(error.message).toMatch(
    /^"file:\/\/\/values.schema.json#" is not valid against metaschema: jsonschema validation failed/,
  );
});

test.each<[Value]>([
  [{ $schema: "http://example.com/mine" }],
  [{ $schema: "draft-07" }],
  [{ $ref: "#/nowhere" }],
  [{ $ref: "https://example.com/x.json" }],
])("%j refers to what is not there", (document) => {
  expect(errorOf(() => checkSchema(document)).code).toBe("HELM_SCHEMA");
});

test.each<[Value]>([
  [true],
  [{ $schema: draft4, exclusiveMinimum: true, minimum: 1 }],
  [{ $schema: draft7, $ref: draft7 }],
  [{ $schema: "http://json-schema.org/draft-07/schema", definitions: { a: { items: [true] } } }],
  [{ $schema: `${draft2019}#`, $recursiveAnchor: true, "x-mine": { type: "nope" } }],
  [{ $defs: { a: { $dynamicAnchor: "m", prefixItems: [{}] } }, unevaluatedProperties: false }],
])("%j is a schema", (document) => {
  expect(() => checkSchema(document)).not.toThrow();
});
