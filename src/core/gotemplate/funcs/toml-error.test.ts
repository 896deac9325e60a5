import { expect, test } from "vitest";
import { compileTemplate, executeTemplate } from "../index.js";

const template = compileTemplate("t", "{{ (fromToml .text).Error }}", { functions: "helm" });

/** Each text with what BurntSushi/toml 1.6 says of it. */
test.each([
  ["bad", "toml: line 1: unexpected EOF; expected key separator '='"],
  ["a = ", `toml: line 1 (last key "a"): unexpected EOF; expected value`],
  ["x = 1\nbad", "toml: line 2: unexpected EOF; expected key separator '='"],
  ["[t]\nk = ", `toml: line 2 (last key "t.k"): unexpected EOF; expected value`],
  ["[a", "toml: line 1: expected '.' or ']' to end table name, but got '\\x00' instead"],
  [`a = "x`, `toml: line 1 (last key "a"): unexpected EOF; expected '"'`],
  ["a = 1\na = 2", `toml: line 2 (last key "a"): Key 'a' has already been defined.`],
  ["[a]\n[a]", "toml: line 2: Key 'a' has already been defined."],
  ["a = foo", `toml: line 1 (last key "a"): expected value but found "foo" instead`],
  ["= 1", "toml: line 1: unexpected '=': key name appears blank"],
  ["a b = 1", "toml: line 1: expected '.' or '=', but got 'b' instead"],
])("fromToml says of %j what the original says", (text, words) => {
  expect(executeTemplate(template, { text })).toBe(words);
});
