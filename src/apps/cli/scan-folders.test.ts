import { expect, test } from "vitest";
import { FleetWorkspace } from "../../core/impact/workspace.js";
import { readFleetFiles } from "../../core/lint/fleet-files.js";
import { memoryTree } from "../../core/render/memory-tree.js";
import { renderFromTrees } from "../fleet/render-from-trees.js";
import { surveyFolders } from "./scan-folders.js";

const config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n";
const files = {
  "base/kustomization.yaml": "resources: [c.yaml]\n",
  "base/c.yaml": config,
  "overlay/kustomization.yaml": "resources: [../base]\n",
  "part/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n",
  "broken/kustomization.yaml": "resources: [gone.yaml]\n",
  "unreadable/kustomization.yaml": "resources: [\n",
  "far/kustomization.yaml": "resources: ['https://git.example.com/x.git//base?ref=v1']\n",
  "chart/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
  "chart/templates/c.yaml": config,
};

function survey(more: Readonly<Record<string, string>> = {}): ReturnType<typeof surveyFolders> {
  const tree = memoryTree({ ...files, ...more });
  const render = renderFromTrees();
  const fleet = new FleetWorkspace({ render, checkoutUrls: () => () => true, otherTree: () => undefined });
  return surveyFolders(
    tree,
    readFleetFiles(tree, () => true),
    fleet.moveTo(tree),
  );
}

test("without Applications, what nothing includes is rendered by itself: what fails is named, what is elsewhere is counted", () => {
  const { rendered, outside, failures } = survey();
  // The overlay and the chart; the base is part of the overlay, a component of nothing.
  expect([rendered, outside, failures.map(({ folder }) => folder)]).toEqual([2, 1, ["broken", "unreadable"]]);
  expect(failures[0]!.error).toContain("gone.yaml");
});

test("what an Application renders is not rendered again", () => {
  const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: a}
spec:
  source: {repoURL: https://git.example.com/fleet.git, path: overlay}
  destination: {server: https://kubernetes.default.svc, namespace: a}
`;
  expect(survey({ "apps/a.yaml": application }).rendered).toBe(1);
});
