import { expect, test } from "vitest";
import type { FileTree } from "../render/file-tree.js";
import { memoryTree } from "../render/memory-tree.js";
import { type Completed, completeChart } from "./complete-chart.js";
import { loadChart } from "./load-directory.js";
import { errorOf } from "./testing.js";

const web = (version: string) => `apiVersion: v2\nname: web\nversion: ${version}\n`;
const parent = (dependency: string) => `apiVersion: v2\nname: p\nversion: 1.0.0\ndependencies:\n- ${dependency}\n`;

function complete(files: Readonly<Record<string, string>>, fetched = new Map<string, FileTree>()): Completed {
  const tree = memoryTree(files);
  const loadFolder = (path: string) => loadChart(tree, path);
  return completeChart(loadFolder("p"), { directory: "p", loadFolder, fetched, loadFetched: (from) => loadChart(from, "") });
}

test("what charts/ lacks is needed at the range of Chart.yaml, and taken over once it is there", () => {
  const files = { "p/Chart.yaml": parent('{name: web, version: ^1, repository: "https://charts.example.com"}') };
  const needs = complete(files);
  expect(needs).toMatchObject({
    kind: "needs",
    needs: [{ repoURL: "https://charts.example.com", chart: "web", revision: "^1" }],
  });
  const key = needs.kind === "needs" ? needs.needs[0]!.key : "";
  const done = complete(files, new Map([[key, memoryTree({ "Chart.yaml": web("1.4.0") })]]));
  expect(done.kind === "complete" && done.chart.dependencies.map(({ metadata }) => metadata.version)).toEqual(["1.4.0"]);
});

// The lock was made by `helm dependency update`.
const locked = {
  "p/Chart.yaml":
    'apiVersion: v2\nname: p\nversion: 0.1.0\ndependencies:\n- name: b\n  version: ">=0.2"\n  repository: file://../b\n  condition: b.enabled\n  tags: [x, "<y>"]\n  alias: bee\n  import-values: [data, {parent: p, child: c}]\n',
  "p/Chart.lock":
    'dependencies:\n- name: b\n  repository: file://../b\n  version: 0.3.0\ndigest: sha256:1999a6f9c131aed0d6f14768cef10c2c0080e81734b71b0db828c20c416ff6a0\ngenerated: "2026-01-01T00:00:00Z"\n',
  "b/Chart.yaml": "apiVersion: v2\nname: b\nversion: 0.3.0\n",
};

test("a chart beside it comes from the tree", () => {
  const done = complete(locked);
  expect(done.kind === "complete" && done.chart.dependencies.map(({ metadata }) => metadata.name)).toEqual(["b"]);
});

test.each([
  [
    "a lock for other dependencies",
    { ...locked, "p/Chart.yaml": locked["p/Chart.yaml"].replace(">=0.2", ">=0.1") },
    "out of sync",
  ],
  ["a version that does not fit", { ...locked, "b/Chart.yaml": "apiVersion: v2\nname: b\nversion: 0.1.0\n" }, "valid version"],
  ["a folder outside", { "p/Chart.yaml": parent("{name: b, version: 1.x, repository: file://../../b}") }, "outside"],
  ["a repository's nickname", { "p/Chart.yaml": parent('{name: b, version: 1.x, repository: "@stable"}') }, "@stable"],
])("%s is refused", (_, files, words) => {
  const error = errorOf(() => complete(files));
  expect(error.code).toBe("HELM_DEPENDENCIES");
  expect(error.message).toContain(words);
});
