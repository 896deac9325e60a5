import { expect, test } from "vitest";
import { utf8Encode } from "../../platform/bytes.js";
import { loadChartFiles, mergeUserValues, templateChart } from "./index.js";

test("the library renders a chart as docs/helm.md shows", () => {
  const chart = loadChartFiles([
    { name: "Chart.yaml", bytes: utf8Encode("apiVersion: v2\nname: shop\nversion: 0.1.0\n") },
    {
      name: "templates/web.yaml",
      bytes: utf8Encode("kind: Deployment\nmetadata: {name: {{ .Release.Name }}}\nspec: {replicas: {{ .Values.replicas }}}\n"),
    },
    { name: "templates/NOTES.txt", bytes: utf8Encode("Hello {{ .Release.Name }}") },
  ]);
  const { yaml, manifests, notes } = templateChart(chart, mergeUserValues({ set: ["replicas=3"] }), { releaseName: "web" });
  expect(yaml).toBe("---\n# Source: shop/templates/web.yaml\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n");
  expect(manifests.map(({ kind, name }) => [kind, name])).toEqual([["Deployment", "web"]]);
  expect(notes).toBe("Hello web");
});
