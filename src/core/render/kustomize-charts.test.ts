import { expect, test } from "vitest";
import { helmRenderer } from "../helm/kustomize-renderer.js";
import type { FileTree } from "./file-tree.js";
import { kustomizeRenderer } from "./kustomize-renderer.js";
import { memoryTree } from "./memory-tree.js";
import type { RenderResult } from "./render-source.js";

const chart = memoryTree({
  "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.4.0\n",
  "values.yaml": "color: red\nsize: 1\n",
  "templates/a.yaml":
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {color: {{ .Values.color }}, size: '{{ .Values.size }}'}\n",
});

function render(kustomization: string, remotes: ReadonlyMap<string, FileTree>, buildOptions = "--enable-helm"): RenderResult {
  return kustomizeRenderer({ buildOptions, renderHelm: helmRenderer() })(
    {
      tree: memoryTree({ "kustomization.yaml": kustomization }),
      source: {},
      appName: "x",
      namespace: "x",
      kubeVersion: "1.33.0",
      apiVersions: [],
      remotes,
    },
    "",
  );
}

const kustomization =
  "namePrefix: p-\nhelmCharts:\n- {name: web, repo: https://charts.example.com, version: 1.4.0, releaseName: r, valuesInline: {color: blue}}\n";

test("a chart that is not in the repository is pulled from its repo", () => {
  const first = render(kustomization, new Map());
  expect(first).toMatchObject({
    kind: "needs",
    needs: [{ repoURL: "https://charts.example.com", chart: "web", revision: "1.4.0" }],
  });
  const key = first.kind === "needs" ? first.needs[0]!.key : "";
  expect(render(kustomization, new Map([[key, chart]]))).toMatchObject({
    kind: "rendered",
    manifests: [{ kind: "ConfigMap", metadata: { name: "p-a" }, data: { color: "blue", size: "1" } }],
  });
});

test("without --enable-helm nothing is asked for", () => {
  for (const buildOptions of ["", "--enable-helm=false"])
    expect(() => render(kustomization, new Map(), buildOptions)).toThrow("must specify --enable-helm");
});

test("a number in valuesInline that overrides a quoted text of the values file is a number", () => {
  const template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {kind: {{ kindOf .Values.size }}}\n";
  const tree = memoryTree({
    "kustomization.yaml": "helmCharts:\n- {name: web, releaseName: r, valuesInline: {size: 3}}\n",
    "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.4.0\n",
    "charts/web/values.yaml": "size: '2'\n",
    "charts/web/templates/a.yaml": template,
  });
  const result = kustomizeRenderer({ buildOptions: "--enable-helm", renderHelm: helmRenderer() })(
    { tree, source: {}, appName: "x", namespace: "x", kubeVersion: "1.33.0", apiVersions: [], remotes: new Map() },
    "",
  );
  expect(result).toMatchObject({ kind: "rendered", manifests: [{ data: { kind: "float64" } }] });
});
