import { expect, test } from "vitest";
import { memoryTree } from "../render/memory-tree.js";
import { recordReads } from "../render/recording-tree.js";
import { chartLoader } from "./chart-loader.js";

const files = { "c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "c/templates/a.yaml": "kind: A\n" };

test("the same files give the same chart, read or not before", () => {
  const load = chartLoader();
  const chart = load(memoryTree(files), "c");
  const { tree, readSet } = recordReads(memoryTree(files));
  expect(load(tree, "c")).toBe(chart);
  expect([...readSet().files.keys()]).toEqual(expect.arrayContaining(Object.keys(files)));
});

test("another content of one file is another chart", () => {
  const load = chartLoader();
  const chart = load(memoryTree(files), "c");
  const changed = load(memoryTree({ ...files, "c/values.yaml": "a: 1" }), "c");
  expect(changed).not.toBe(chart);
  expect(changed.values.entries.get("a")).toBe(1);
});

test("what was not asked for while many others came is forgotten", () => {
  const load = chartLoader(100);
  const chart = load(memoryTree(files), "c");
  for (let index = 0; index < 4; index++) load(memoryTree({ ...files, "c/values.yaml": `a: ${index}` }), "c");
  expect(load(memoryTree(files), "c")).not.toBe(chart);
});
