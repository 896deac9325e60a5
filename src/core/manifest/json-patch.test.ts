import { describe, expect, test } from "vitest";
import { applyJsonPatch, type PatchOperation } from "./json-patch.js";
import { applyMergePatch, createMergePatch } from "./merge-patch.js";

describe("JSON patch", () => {
  test.each<[string, unknown, PatchOperation, unknown]>([
    ["adds to the end of a list", { a: [1] }, { op: "add", path: "/a/-", value: 2 }, { a: [1, 2] }],
    ["counts a negative index from the end", { a: [1, 2, 3] }, { op: "remove", path: "/a/-1" }, { a: [1, 2] }],
    ["undoes ~1 and ~0", { "a/b": { "c~d": 1 } }, { op: "replace", path: "/a~1b/c~0d", value: 2 }, { "a/b": { "c~d": 2 } }],
    ["moves", { a: { b: 1 }, c: {} }, { op: "move", from: "/a/b", path: "/c/b" }, { a: {}, c: { b: 1 } }],
    ["copies", { a: [1] }, { op: "copy", from: "/a", path: "/b" }, { a: [1], b: [1] }],
    ["replaces the whole document", { a: 1 }, { op: "replace", path: "", value: [] }, []],
    ["finds a missing field equal to null", {}, { op: "test", path: "/a", value: null }, {}],
  ])("%s", (_, before, operation, after) => {
    const frozen = JSON.stringify(before);
    expect(applyJsonPatch(before as never, [operation])).toEqual(after);
    expect(JSON.stringify(before)).toBe(frozen);
  });

  test.each<[unknown, PatchOperation, string]>([
    [{}, { op: "remove", path: "/a" }, "error in remove for path: '/a': Unable to remove nonexistent key: a: missing value"],
    [{}, { op: "add", path: "/a/b", value: 1 }, 'add operation does not apply: doc is missing path: "/a/b": missing value'],
    [
      { a: [] },
      { op: "replace", path: "/a/0", value: 1 },
      "replace operation does not apply: doc is missing key: /a/0: missing value",
    ],
    [{ a: 1 }, { op: "test", path: "/a", value: 2 }, "testing value /a failed: test failed"],
    [
      { a: [] },
      { op: "add", path: "/a/2", value: 1 },
      "error in add for path: '/a/2': Unable to access invalid index: 2: invalid index referenced",
    ],
  ])("%j refuses %j", (document, operation, message) => {
    expect(() => applyJsonPatch(document as never, [operation])).toThrow(
      expect.objectContaining({ code: "PATCH_FAILED", message }),
    );
  });
});

test("a merge patch removes with null, replaces lists, and is created the same way", () => {
  const before = { a: { b: 1, c: 2 }, d: [1, 2] };
  const after = { a: { b: 1 }, d: [3], e: "x" };
  const patch = { a: { c: null }, d: [3], e: "x" };
  expect(createMergePatch(before, after)).toEqual(patch);
  expect(applyMergePatch(before, patch)).toEqual(after);
  expect(createMergePatch(after, after)).toBeUndefined();
});
