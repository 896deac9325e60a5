import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { diskTree } from "./disk-tree.js";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "disk-tree-"));
  mkdirSync(join(root, "base"));
  writeFileSync(join(root, "base/a.yaml"), "a: 1");
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test("files, directories and misses are told apart, and links inside the root are followed", () => {
  symlinkSync("base", join(root, "link"));
  const tree = diskTree(root);
  expect([tree.kind("base"), tree.kind("base/a.yaml"), tree.kind("nope/x"), tree.kind("base/a.yaml/x")]).toEqual([
    "directory",
    "file",
    undefined,
    undefined,
  ]);
  expect(tree.read("link/a.yaml")?.id).toBe(tree.read("base/a.yaml")?.id);
  expect(tree.realPath?.("link/a.yaml")).toBe("base/a.yaml");
  expect(tree.list("")).toEqual([
    { name: "base", kind: "directory" },
    { name: "link", kind: "symlink" },
  ]);
});

test("a link out of the root is refused", () => {
  symlinkSync(tmpdir(), join(root, "out"));
  expect(() => diskTree(root).kind("out")).toThrowError(expect.objectContaining({ code: "TREE_OUTSIDE" }));
});

test("a file over the limit is not read", () => {
  expect(() => diskTree(root, { maxFileBytes: 3 }).read("base/a.yaml")).toThrowError(
    expect.objectContaining({ code: "TREE_FILE_TOO_LARGE" }),
  );
});
