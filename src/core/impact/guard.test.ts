import { expect, test } from "vitest";
import type { ValueObject } from "../manifest/value.js";
import { parseYaml } from "../yaml/parse.js";
import type { ApplicationChange } from "./fleet-diff.js";
import type { FleetApplication } from "./fleet-state.js";
import { exceededBudgets, readBudgets } from "./guard.js";

const budgetsOf = (text: string) =>
  readBudgets(parseYaml(text, { dialect: "kubernetes" }) as unknown as ValueObject[], "fleetwright.yaml");

function change(name: string, env: string, parts: Partial<ApplicationChange> = {}): ApplicationChange {
  const side = {
    metadata: { labels: { env } },
    spec: { project: "shop", destination: { server: `https://${env}` } },
  } as unknown as FleetApplication;
  return {
    key: `argocd/${name}`,
    name,
    namespace: "argocd",
    effect: "changed",
    spec: [],
    resources: [],
    before: side,
    after: side,
    ...parts,
  };
}

test("a budget counts only the Applications that its selector takes, and names what is too much", () => {
  const budgets = budgetsOf("[{name: production, selector: {matchLabels: {env: prod}}, max: {changed: 1}}]");
  expect(
    exceededBudgets([change("a", "prod"), change("b", "dev"), change("c", "prod", { effect: "unchanged" })], budgets),
  ).toEqual([]);
  expect(exceededBudgets([change("a", "prod"), change("b", "prod")], budgets)).toEqual([
    { budget: "production", limit: "changed", max: 1, found: 2, examples: ["a", "b"] },
  ]);
});

test("a removed namespace and a changed immutable field are counted where a budget limits them", () => {
  const resources: ApplicationChange["resources"] = [
    { kind: "removed", resource: { group: "", kind: "Namespace", namespace: "", name: "shop" }, fields: [] },
    {
      kind: "changed",
      resource: { group: "apps", kind: "Deployment", namespace: "shop", name: "cart" },
      fields: [{ path: "spec.selector.matchLabels.app", before: "a", after: "b" }],
    },
  ];
  const over = exceededBudgets(
    [change("a", "prod", { resources })],
    budgetsOf("[{max: {namespacesRemoved: 0, immutableFields: 0, crdsRemoved: 0}}]"),
  );
  expect(over.map(({ limit, found }) => [limit, found])).toEqual([
    ["namespacesRemoved", 1],
    ["immutableFields", 1],
  ]);
});

test("a limit that is misspelt is refused, since it would guard nothing", () => {
  expect(() => budgetsOf("[{max: {chnaged: 1}}]")).toThrow(expect.objectContaining({ code: "GUARD_BUDGET" }));
});
