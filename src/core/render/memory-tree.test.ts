import { expect, test } from "vitest";
import { memoryTree } from "./memory-tree.js";

test("symlinks inside the tree are followed, also through directories", () => {
  const tree = memoryTree({ "base/a.yaml": "a: 1" }, { symlinks: { "overlay/base": "../base" } });
  expect(tree.kind("overlay/base")).toBe("directory");
  expect(tree.read("overlay/base/a.yaml")?.id).toBe(tree.read("base/a.yaml")?.id);
});

test.each(["/etc/passwd", "../../etc/passwd", "self"])("a link to %s is refused", (target) => {
  const tree = memoryTree({}, { symlinks: { "dir/self": target } });
  expect(() => tree.read("dir/self")).toThrowError(expect.objectContaining({ code: "TREE_OUTSIDE" }));
});
