import { expect, test } from "vitest";
import type { ProjectSpec } from "./app-project.js";
import { compileProjectRules } from "./project-rules.js";

const rulesOf = (spec: ProjectSpec) => compileProjectRules({ metadata: { name: "p" }, spec });
const place = { server: "https://a", name: "a", namespace: "team-x" };

test("a project without sources and destinations permits nothing", () => {
  expect(rulesOf({}).permitsSource("https://git/org/repo")).toBe(false);
  expect(rulesOf({}).permitsDestination(place)).toBe(false);
});

test("in source patterns * stays within a path segment, and spelling does not matter", () => {
  const rules = rulesOf({ sourceRepos: ["https://git/org/*"] });
  expect(rules.permitsSource("https://GIT/org/repo.git")).toBe(true);
  expect(rules.permitsSource("https://git/org/sub/repo")).toBe(false);
});

test("a negation that bites forbids whatever else permits", () => {
  const rules = rulesOf({
    destinations: [
      { server: "*", namespace: "*" },
      { server: "*", namespace: "!kube-system" },
    ],
  });
  expect(rules.permitsDestination(place)).toBe(true);
  expect(rules.permitsDestination({ ...place, namespace: "kube-system" })).toBe(false);
});

test("cluster-scoped kinds must be named; namespaced ones are permitted until a list says otherwise", () => {
  const clusterRole = { group: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" };
  const secret = { group: "", kind: "Secret", name: "s" };
  expect(rulesOf({}).permitsKind(clusterRole, false)).toBe(false);
  expect(rulesOf({}).permitsKind(secret, true)).toBe(true);
  expect(rulesOf({ namespaceResourceBlacklist: [{ group: "", kind: "Secret" }] }).permitsKind(secret, true)).toBe(false);
});
