import { expect, test } from "vitest";
import { utf8Encode } from "../../platform/bytes.js";
import type { FileTree } from "../render/file-tree.js";
import { lintFleet } from "./lint.js";

const state = { applications: new Map(), applicationSets: new Map(), problems: [] };

function lint(text: string, suppressions: Parameters<typeof lintFleet>[1] = []) {
  const path = "kustomization.yaml";
  const tree: FileTree = {
    read: (asked) => (asked === path ? { id: "1", bytes: utf8Encode(text) } : undefined),
    list: () => [{ name: path, kind: "file" }],
    kind: (asked) => (asked === path ? "file" : undefined),
  };
  return lintFleet({ state, tree, isSearched: () => true }, suppressions);
}

test("a deprecated field is found at its line and column", () => {
  expect(lint("resources: []\nbases:\n- ../base\n")).toMatchObject([
    { rule: "deprecated-field", location: { file: "kustomization.yaml", line: 2, column: 1 } },
  ]);
});

test("a suppression counts only with a reason", () => {
  const entry = { rule: "deprecated-field", path: "kustomization.yaml" };
  expect(lint("bases: []\n", [entry])).toHaveLength(1);
  expect(lint("bases: []\n", [{ ...entry, reason: "moves next week" }])).toEqual([]);
  expect(lint("# fleetwright-lint-ignore deprecated-field:\nbases: []\n")).toHaveLength(1);
  expect(lint("# fleetwright-lint-ignore deprecated-field: moves next week\nbases: []\n")).toEqual([]);
});
