import { expect, test } from "vitest";
import { buildKustomization, memoryTree } from "./index.js";

/** The embedded document after a replacement of one of its fields. */
function replaced(document: string, path: string, value: string, create = false): string {
  const targets = [{ select: { kind: "ConfigMap" }, fieldPaths: [`data.x.${path}`], options: { create } }];
  const files = {
    "kustomization.yaml": JSON.stringify({ resources: ["c.yaml"], replacements: [{ sourceValue: value, targets }] }),
    "c.yaml": JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data: { x: document } }),
  };
  const result = buildKustomization(memoryTree(files), "");
  if (result.kind !== "built") throw new Error("it has needs");
  return (result.resources[0] as unknown as { readonly data: { readonly x: string } }).data.x;
}

test.each([
  ["k: 1", "9090", "k: 9090"],
  ["k: 1", "x", "k: !!int x"],
  ["k: true", "no", "k: !!bool no"],
  ["k: ~", "x", "k: !!null x"],
  ["k: x", "1", 'k: "1"'],
  ["k: x", "a: b", "k: 'a: b'"],
  ["k: 'x'", "it's", "k: 'it''s'"],
  ['k: "x"', "1", 'k: "1"'],
  ["k: !!str 5", "6", "k: !!str 6"],
  ["k: |\n  x\n  y\nl: z", "w\n", "k: |\n  w\nl: z"],
  ["k: >-\n  x\n  y\nl: z", "w", "k: >-\n  w\nl: z"],
  ["k: 'x'", "a\nb", "k: 'a\n\n  b'"],
  ["k: [1, 2] # two\nl: z", "3", "k: 3\nl: z"],
  ["k: # one\n  m: 1\nl: z", "3", "k: 3 # one\nl: z"],
])("in embedded YAML %j a field set to %j keeps type and style: %j", (document, value, expected) => {
  expect(replaced(document, "k", value)).toBe(expected);
});

test("comments, anchors, aliases and keys that come twice stay around a change in embedded YAML", () => {
  expect(replaced("# top\n\n# a\na: &x\n  k: 1\n  # foot\n\n  l: 2\nb: *x # why\nb: 3\n# end\n", "a.k", "5")).toBe(
    "# top\n\n# a\na: &x\n  k: 5\n  # foot\n\n  l: 2\nb: *x # why\nb: 3\n# end",
  );
  expect(replaced("a: &x {k: 1}\nb: *x\n", "b", "5")).toBe("a: &x {k: 1}\nb: 5");
  expect(replaced("a:\n- - 1\n  - 2\nb:\n-   k: 1\n-   c\n", "b.0", "5")).toBe("a:\n- - 1\n  - 2\nb:\n- 5\n- c");
  expect(replaced("a: 1\n# end\n", "n", "5", true)).toBe("a: 1\n# end\n\nn: 5");
});

test("embedded JSON with a key that comes twice is left as it is", () => {
  expect(replaced('{"a": 1, "a": 2}', "a", "5")).toBe('{"a": 1, "a": 2}');
});

test.each([
  ["a comment behind a list's key stays on its line", "l: # why\n  - x\nk: 1\n", "l: # why\n- x\nk: 5"],
  [
    "a comment below a block that is indented less belongs to the parent",
    "a:\n  b: 1\n# foot\n\nk: 1\n",
    "a:\n  b: 1\n# foot\n\nk: 5",
  ],
  [
    "comments between items stay between them",
    "l:\n  # one\n  - x # x\n\n  # two\n  - y\nk: 1\n",
    "l:\n# one\n- x # x\n# two\n- y\nk: 5",
  ],
  ["comments within brackets stay on lines of their own", "l: [\n  x, # x\n  y\n]\nk: 1\n", "l: [x, # x\n  y]\nk: 5"],
  ["the comment of a block scalar's header stays there", "t: | # why\n  x\nk: 1\n", "t: | # why\n  x\nk: 5"],
  ["a quoted text of several lines in brackets is indented below them", "l: ['x\n\n  y']\nk: 1\n", "l: ['x\n\n    y']\nk: 5"],
  ["a merge key gets its tag", "b: &b {x: 1}\nm:\n  <<: *b\nk: 1\n", "b: &b {x: 1}\nm:\n  !!merge <<: *b\nk: 5"],
  ["the tag ! is forgotten, a tag that does not fit stays", "t: ! x\nu: !!int x\nk: 1\n", "t: x\nu: !!int x\nk: 5"],
  ["what comes before the end of the document is its foot", "k: 1\n\n# end\n...\nrest\n", "k: 5\n\n# end"],
])("in embedded YAML %s", (_, document, expected) => {
  expect(replaced(document, "k", "5")).toBe(expected);
});

test("an embedded text without content stays one where a field is to be made in it", () => {
  expect(replaced("---\n", "k", "5", true)).toBe("");
});

test("no path leads through an alias of embedded YAML", () => {
  expect(() => replaced("b: &b {x: 1}\nk: *b\n", "k.x", "5")).toThrow("expected MappingNode but got AliasNode");
});
