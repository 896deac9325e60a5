import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { diskTree } from "#src/adapters/fs/disk-tree.js";
import { renderFromTrees } from "#src/apps/fleet/render-from-trees.js";
import { FleetWorkspace } from "#src/core/impact/workspace.js";
import type { Selection } from "#src/core/kustomize/index.js";
import { lintFleet } from "#src/core/lint/lint.js";
import type { RuleFinding } from "#src/core/lint/rule.js";
import {
  fleetVariants,
  type GeneratedFleet,
  generateFleet,
  plantedAnomalies,
  type VariantChoice,
} from "../fleet/generated-fleet.js";
import type { AreaReport } from "./run.js";

/**
 * `lint` on generated fleets: their copy-paste mistakes and what is really double or unused in them are found, nothing else; and what is planted
 * besides is found too.
 */
export async function fleetLint(folder: string, options: VariantChoice): Promise<AreaReport> {
  const failures: { id: string; why: string }[] = [];
  let passed = 0;
  for (const args of fleetVariants(options, ["--naive"])) {
    const fleet = generateFleet(folder, args);
    try {
      const why = [...wrongFindings(fleet), ...missedPlants(fleet)];
      if (why.length === 0) passed++;
      else failures.push({ id: args.join(" "), why: why.join("; ") });
    } finally {
      fleet.remove();
    }
  }
  return { passed, failures, skipped: new Map() };
}

function wrongFindings({ directory, key }: GeneratedFleet): readonly string[] {
  const findings = lint(directory);
  const odd = new Set(findings.filter(({ rule }) => rule === "sibling-outlier").map(({ location }) => location.file));
  const planted = new Set(plantedAnomalies(key).map(({ file }) => file));
  const others = findings
    .filter(({ rule }) => rule !== "sibling-outlier" && rule !== "deprecated-field")
    .map(({ rule, location }) => `${rule} ${location.file}`);
  // The hand-written Applications repeat a set; the set `edge` and the add-on write one Namespace; one add-on is excluded.
  const expected = [/^duplicate-name naive\//, /^unused-overlay .*legacy-do-not-deploy/, /^shared-resource .*edge\.yaml/];
  return [
    ...[...planted].filter((file) => !odd.has(file)).map((file) => `missed the outlier ${file}`),
    ...[...odd].filter((file) => !planted.has(file)).map((file) => `took ${file} for an outlier`),
    ...others.filter((text) => !expected.some((pattern) => pattern.test(text))).map((text) => `wrong: ${text}`),
    ...expected.filter((pattern) => !others.some((text) => pattern.test(text))).map((pattern) => `missed ${pattern}`),
  ];
}

/** Mistakes of other kinds, made in the tree. */
function missedPlants({ directory }: GeneratedFleet): readonly string[] {
  const addon = "platform/addons/metrics";
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  put("apps/forgotten/overlays/prod/kustomization.yaml", "resources: [../../../../platform/addons/metrics]\n");
  put("remote/kustomization.yaml", "resources:\n  - https://github.com/example/base//deploy?ref=main\n");
  put(
    "naive/stray.yaml",
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: stray, namespace: argocd}\nspec: {project: nobody, source: {repoURL: 'https://git.example.com/platform/fleet.git', path: platform/addons/metrics}, destination: {server: 'https://kubernetes.default.svc', namespace: metrics}}\n",
  );
  appendFileSync(
    join(directory, addon, "kustomization.yaml"),
    'patches:\n  - target: {kind: DaemonSet}\n    patch: \'[{"op": "remove", "path": "/spec/x"}]\'\nreplacements:\n  - source: {kind: Namespace}\n    targets: [{select: {kind: Ingress}, fieldPaths: [metadata.name]}]\n',
  );
  appendFileSync(join(directory, addon, "namespace.yaml"), "spec:\n  finalisers: [kubernetes]\n");
  const found = lint(directory).map(({ rule, location }) => `${rule} ${location.file}`);
  const wanted = [
    "unused-overlay apps/forgotten/overlays/prod/kustomization.yaml",
    "unpinned-remote remote/kustomization.yaml",
    "unknown-project naive/stray.yaml",
    "shared-resource naive/stray.yaml",
    `patch-no-match ${addon}/kustomization.yaml`,
    `replacement-no-match ${addon}/kustomization.yaml`,
    `schema-violation ${addon}/namespace.yaml`,
  ];
  return wanted.filter((text) => !found.includes(text)).map((text) => `missed ${text}`);
}

function lint(directory: string): readonly RuleFinding[] {
  const tree = diskTree(directory);
  const selections: Selection[] = [];
  const workspace = new FleetWorkspace({
    render: renderFromTrees({ onSelection: (selection) => void selections.push(selection) }),
    checkoutUrls: () => () => true,
    otherTree: () => undefined,
  });
  const state = workspace.moveTo(tree);
  return lintFleet({ state, tree, isSearched: () => true, inventory: workspace.inventory, selections }, { suppressions: [] })
    .findings;
}
