import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test, vi } from "vitest";
import { diskTree } from "#src/adapters/fs/disk-tree.js";
import { loadChart, templateChart } from "#src/core/helm/index.js";
import { buildKustomization } from "#src/core/kustomize/index.js";
import { parseYamlDocuments } from "#src/core/yaml/parse.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
// Each of these programs takes seconds to start on a busy machine.
vi.setConfig({ testTimeout: 120_000 });
const chart = "deploy/chart/fleetwright";

/** The tools that people install with take what `deploy/` ships, and make of it what Fleetwright itself makes. */
const run = (program: string, ...args: string[]) =>
  spawnSync(program, args, { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
const isThere = (program: string): boolean => run(program, "version").status === 0;
const documents = (yaml: string): readonly unknown[] =>
  parseYamlDocuments(yaml, { dialect: "kubernetes" })
    .map((document) => JSON.stringify(document))
    .filter((text) => text !== "null")
    .sort();

const hasHelm = isThere("helm");
describe.skipIf(!hasHelm)(`helm${hasHelm ? "" : " (skipped: it is not on the PATH)"}`, () => {
  test("finds nothing wrong with the chart, nor with any of its modes", () => {
    for (const set of [
      "",
      "namespaced.enabled=true,namespaced.namespaces={shop}",
      "replicas=3",
      "metrics.serviceMonitor.enabled=true,metrics.prometheusRule.enabled=true",
    ]) {
      const linted = run("helm", "lint", "--strict", chart, ...(set === "" ? [] : ["--set", set]));
      expect(linted.stdout, set).toContain("0 chart(s) failed");
    }
  });

  test("renders of the chart what Fleetwright renders", () => {
    const rendered = run("helm", "template", "fleetwright", chart, "--namespace", "fleetwright");
    expect(rendered.stderr).toBe("");
    const own = templateChart(loadChart(diskTree(root), chart), {}, { releaseName: "fleetwright", namespace: "fleetwright" });
    expect(documents(rendered.stdout)).toEqual(documents(own.yaml));
  });

  test("refuses values that the chart does not know", () => {
    expect(run("helm", "lint", "--strict", chart, "--set", "unheardOf=1").status).not.toBe(0);
  });
});

const hasKustomize = isThere("kustomize");
describe.skipIf(!hasKustomize)(`kustomize${hasKustomize ? "" : " (skipped: it is not on the PATH)"}`, () => {
  test.each(["deploy/install", "deploy/crds"])("builds %s to what Fleetwright builds, byte by byte", (path) => {
    const built = run("kustomize", "build", path);
    expect(built.stderr).toBe("");
    const own = buildKustomization(diskTree(root), path);
    expect(built.stdout).toBe(own.kind === "built" ? own.yaml() : "");
  });
});
