import { expect, test } from "vitest";
import { renderDirectory } from "./directory.js";
import { memoryTree } from "./memory-tree.js";

const map = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
const tree = memoryTree({
  "app/plain.yaml": map("plain"),
  "app/sealed.yaml.sealed": map("sealed"),
  "app/README.md": "# Not a manifest: kind of\n",
  "app/below/deep.sealed": map("deep"),
});
const names = (options: Parameters<typeof renderDirectory>[2]) =>
  renderDirectory(tree, "app", options).map(({ metadata }) => metadata.name);

test("without an extension of manifests a file is passed over, whatever `include` says", () => {
  expect(names({ include: "*.sealed" })).toEqual([]);
  expect(names({})).toEqual(["plain"]);
});

test("with disableExtensionFilter `include` and `exclude` alone decide", () => {
  expect(names({ anyExtension: true, include: "*.yaml.sealed" })).toEqual(["sealed"]);
  expect(names({ anyExtension: true })).toEqual(["plain", "sealed"]);
  expect(names({ anyExtension: true, recurse: true, exclude: "*.md" })).toEqual(["deep", "plain", "sealed"]);
});
