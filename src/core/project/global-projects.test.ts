import { expect, test } from "vitest";
import { globalProjectsOf, readGlobalProjects, withGlobalProjects } from "./global-projects.js";
import { compileProjectRules } from "./project-rules.js";

const text = `
- labelSelector: {matchExpressions: [{key: tier, operator: In, values: [prod]}]}
  projectName: global-prod
- labelSelector: {}
  projectName: everybody
`;

test("a project inherits from the global projects whose selector takes its labels, never from itself", () => {
  const globals = readGlobalProjects(text);
  expect(globalProjectsOf({ name: "shop", labels: { tier: "prod" } }, globals)).toEqual(["global-prod", "everybody"]);
  expect(globalProjectsOf({ name: "shop" }, globals)).toEqual(["everybody"]);
  expect(globalProjectsOf({ name: "everybody" }, globals)).toEqual([]);
});

test("a text that cannot be read names none, and a bad selector ends the list", () => {
  expect(readGlobalProjects("{")).toEqual([]);
  const bad = `${text}- labelSelector: {matchExpressions: [{key: a, operator: Near}]}\n  projectName: x\n`;
  expect(readGlobalProjects(bad).map(({ projectName }) => projectName)).toEqual(["global-prod", "everybody"]);
});

test("lists of kinds, sources, destinations and windows are appended", () => {
  const project = { metadata: { name: "shop" }, spec: { sourceRepos: ["https://a"] } };
  const global = {
    metadata: { name: "g" },
    spec: {
      sourceRepos: ["https://b"],
      namespaceResourceBlacklist: [{ group: "", kind: "Secret" }],
      syncWindows: [{ kind: "deny" }],
    },
  };
  const merged = withGlobalProjects(project, [global]);
  expect(merged.spec.syncWindows).toHaveLength(1);
  const rules = compileProjectRules(merged);
  expect(["https://a", "https://b", "https://c"].map(rules.permitsSource)).toEqual([true, true, false]);
  const kinds = ["Secret", "ConfigMap"].map((kind) => rules.permitsKind({ group: "", kind, name: "x" }, true));
  expect(kinds).toEqual([false, true]);
});
