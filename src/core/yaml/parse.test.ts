import { describe, expect, test } from "vitest";
import { InputError } from "../errors.js";
import { locate } from "./locate.js";
import { type ParseOptions, parseYaml, parseYamlDocuments } from "./parse.js";
import { isScalarLiteral, resolveScalars, type ScalarLiteral } from "./scalar-literal.js";

const kubernetes: ParseOptions = { dialect: "kubernetes", file: "app.yaml" };
const kustomize: ParseOptions = { dialect: "kustomize", file: "app.yaml" };

function errorOf(text: string | Uint8Array, options: ParseOptions): InputError {
  try {
    parseYaml(text, options);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("expected an InputError");
}

describe("what plain scalars mean", () => {
  test.each([
    ["yes", true, "yes"],
    ["n", false, "n"],
    ["012", 10, 10],
    ["0x1F", 31, 31],
    ["1_000", 1000, 1000],
    ["08", 8, 8],
    ["1e3", 1000, 1000],
    ["1e400", "1e400", "1e400"],
    ["190:20:30", "190:20:30", "190:20:30"],
    ["2021-01-01", "2021-01-01", "2021-01-01T00:00:00Z"],
    ["~", null, null],
    ["9007199254740993", 9007199254740993n, 9007199254740993n],
    ["18446744073709551615", 18446744073709551615n, 18446744073709551615n],
    ["!!str 12", "12", "12"],
  ])("%s is %s to kubectl and %s to kustomize", (text, toKubectl, toKustomize) => {
    expect(parseYaml(`a: ${text}\n`, kubernetes)).toEqual({ a: toKubectl });
    expect(resolveScalars(parseYaml(`a: ${text}\n`, kustomize))).toEqual({ a: toKustomize });
  });

  test("kustomize's scalars keep a text that differs from what would be printed", () => {
    const { a, b } = parseYaml("a: 1.0\nb: 10\n", kustomize) as unknown as { a: ScalarLiteral; b: number };
    expect(isScalarLiteral(a) && [a.tag, a.text]).toEqual(["!!float", "1.0"]);
    expect(b).toBe(10);
  });
});

describe("structure", () => {
  test("scalars may run over lines, quoted ones even at their parent's own indentation", () => {
    const text = `plain: one
  two

  three
quoted: "four
five"
folded: >-
  six
  seven
literal: |
  eight
    nine
`;
    expect(parseYaml(text, kubernetes)).toEqual({
      plain: "one two\nthree",
      quoted: "four five",
      folded: "six seven",
      literal: "eight\n  nine\n",
    });
  });

  test("a sequence may stand at its key's own column", () => {
    expect(parseYaml("a:\n- b: 1\n  c:\n  - d\n-\n", kubernetes)).toEqual({ a: [{ b: 1, c: ["d"] }, null] });
  });

  test("a merge yields to a mapping's own keys in kustomize, and overrides the keys before it in kubectl", () => {
    const text = "base: &base {x: 1, z: 1}\nuse:\n  x: 2\n  <<: *base\n";
    expect(parseYaml(text, kustomize)).toMatchObject({ use: { x: 2, z: 1 } });
    expect(parseYaml(text, kubernetes)).toMatchObject({ use: { x: 1, z: 1 } });
  });

  test("an explicit empty document is null, a text of comments has no document", () => {
    expect(parseYamlDocuments("a: 1\n---\n---\nb: 2\n", kubernetes)).toEqual([{ a: 1 }, null, { b: 2 }]);
    expect(parseYamlDocuments("# nothing\n", kubernetes)).toEqual([]);
  });

  test("CRLF, a byte order mark and UTF-16 are read like anything else", () => {
    const utf16 = new Uint8Array([0xff, 0xfe, ...Array.from("a: b\n").flatMap((char) => [char.charCodeAt(0), 0])]);
    expect(parseYaml("\ufeffa: b\r\nc: |\r\n  d\r\n", kubernetes)).toEqual({ a: "b", c: "d\n" });
    expect(parseYaml(utf16, kubernetes)).toEqual({ a: "b" });
  });
});

describe("errors say go-yaml's words and the place", () => {
  test.each([
    ["a: 1\nb: c: d\n", "yaml: line 2: mapping values are not allowed in this context", 2, 5],
    ["a:\n  - b\n c: d\n", "yaml: line 2: did not find expected key", 3, 2],
    ["a: *b\n", "yaml: unknown anchor 'b' referenced", 1, 4],
    ["a: &a [*a]\n", "yaml: anchor 'a' value contains itself", 1, 4],
    ["a: 1\n\tb: 2\n", "yaml: line 2: found a tab character that violates indentation", 2, 1],
  ])("%j", (text, message, line, column) => {
    expect(errorOf(text, kustomize)).toMatchObject({ message, location: { file: "app.yaml", line, column } });
  });

  test("a key given twice is an error to kustomize, and to kubectl where it is asked to be", () => {
    const text = "a: 1\nb: 2\na: 3\n";
    expect(errorOf(text, kustomize)).toMatchObject({
      code: "YAML_DUPLICATE_KEY",
      message: 'yaml: unmarshal errors:\n  line 3: mapping key "a" already defined at line 1',
      location: { line: 3, column: 1 },
    });
    expect(parseYaml(text, kubernetes)).toEqual({ a: 3, b: 2 });
    expect(errorOf(text, { ...kubernetes, duplicateKeys: "error" }).code).toBe("YAML_DUPLICATE_KEY");
  });

  test("in a later document the place is counted in the file", () => {
    const error = (() => {
      try {
        parseYamlDocuments("a: 1\n---\nb: [\n", kustomize);
      } catch (thrown) {
        return thrown as InputError;
      }
      return undefined;
    })();
    expect(error?.location?.line).toBe(4);
  });
});

describe("hostile input is refused quickly", () => {
  const bomb = [
    "a: &a [x,x,x,x,x,x,x,x,x]",
    ..."bcdefghi".split("").map((name, index) => `${name}: &${name} [${`*${"abcdefghi"[index]},`.repeat(9)}]`),
  ].join("\n");
  test.each([
    ["a bomb of aliases", bomb, "YAML_TOO_LARGE"],
    ["100,000 opened brackets", "[".repeat(100_000), "YAML_SYNTAX"],
    ["a text beyond the budget", "a: b\n".repeat(20_000_000), "YAML_TOO_LARGE"],
    ["the key __proto__", "a:\n  __proto__: {b: 1}\n", "YAML_PROTO_KEY"],
    ["a control character", "a: \x01\n", "YAML_INVALID"],
  ])("%s", (_, text, code) => {
    expect(errorOf(text, kubernetes).code).toBe(code);
  });

  test("bytes that are not UTF-8", () => {
    expect(errorOf(new Uint8Array([97, 58, 32, 0xff, 10]), kubernetes)).toMatchObject({
      code: "YAML_ENCODING",
      message: "yaml: invalid leading UTF-8 octet",
    });
  });
});

test("a path is found again in its text", () => {
  const text = "spec:\n  containers:\n  - name: web\n    image: web:1\n";
  expect(locate(text, ["spec", "containers", 0, "image"], { file: "app.yaml" })).toEqual({
    file: "app.yaml",
    line: 4,
    column: 5,
  });
  expect(locate(text, ["spec", "missing"], { file: "app.yaml" })).toBeUndefined();
});

test("a character that YAML does not allow is in nobody's way where the first document ends in a chunk of bytes before it", () => {
  const text = (length: number): string => `a: b\n---\n# ${"x".repeat(length)}\nc: d\u007f\n`;
  expect(parseYaml(text(600), { dialect: "kubernetes" })).toEqual({ a: "b" });
  expect(() => parseYaml(text(400), { dialect: "kubernetes" })).toThrow("control characters are not allowed");
  expect(() => parseYaml(text(600).replace("---", "e: f"), { dialect: "kubernetes" })).toThrow(
    "control characters are not allowed",
  );
});

test("a lone carriage return behind a separator belongs to its line", () => {
  expect(() => parseYamlDocuments("a: b\r\n---\r\u0007\n", { dialect: "kustomize" })).toThrow("invalid document separator: ---");
});

test("an empty collection is no key of a block to go-yaml v2, which has taken it before it comes to the colon", () => {
  expect(errorOf("a: b\n{}: c\n", kubernetes)).toMatchObject({ message: "yaml: line 1: did not find expected key" });
  expect(errorOf("a: b\n[a]: c\n", kubernetes).message).toContain("invalid map key");
});
