import { expect, test } from "vitest";
import { memoryTree } from "./memory-tree.js";
import { isReadSetValid, recordReads } from "./recording-tree.js";

test("a read-set holds at a tree that answers every recorded question alike", () => {
  const before = memoryTree({ "base/a.yaml": "a: 1", "base/b.yaml": "b: 1" });
  const { tree, readSet } = recordReads(before);
  tree.read("base/a.yaml");
  tree.kind("base/missing.yaml");
  expect(isReadSetValid(readSet(), memoryTree({ "base/a.yaml": "a: 1", "base/b.yaml": "b: 2" }))).toBe(true);
  expect(isReadSetValid(readSet(), memoryTree({ "base/a.yaml": "a: 2" }))).toBe(false);
});

test("a file that appears where a read missed ends the read-set", () => {
  const { tree, readSet } = recordReads(memoryTree({ "a.yaml": "" }));
  expect(tree.read("values.yaml")).toBeUndefined();
  expect(isReadSetValid(readSet(), memoryTree({ "a.yaml": "", "values.yaml": "" }))).toBe(false);
});
