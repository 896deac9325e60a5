import { expect, test } from "vitest";
import { utf8Encode } from "../../platform/bytes.js";
import { loadChartFiles } from "./load-files.js";
import { errorOf } from "./testing.js";

const decoding = "cannot load Chart.yaml: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ";

test.each([
  ["dependencies: x", `${decoding}string into Go struct field Metadata.dependencies of type []*v2.Dependency`],
  ["dependencies: [x]", `${decoding}string into Go struct field Metadata.dependencies of type v2.Dependency`],
  ["dependencies: [{name: [1]}]", `${decoding}array into Go struct field Dependency.dependencies.name of type string`],
  ["dependencies: [{name: a, tags: x}]", `${decoding}string into Go struct field Dependency.dependencies.tags of type []string`],
  ["keywords: x", `${decoding}string into Go struct field Metadata.keywords of type []string`],
  ["maintainers: [null]", "validation: maintainers must not contain empty or null nodes"],
  ["apiVersion: v3", "invalid chart apiVersion"],
  ["apiVersion: nope", "unsupported chart version"],
  ["apiVersion: [1]", `${decoding}array into Go struct field chartBase.apiVersion of type string`],
])("Chart.yaml with %s is refused in Helm's words", (text, message) => {
  const chart = `${text.startsWith("apiVersion") ? "" : "apiVersion: v2\n"}name: c\nversion: 1.0.0\n${text}\n`;
  const error = errorOf(() => loadChartFiles([{ name: "Chart.yaml", bytes: utf8Encode(chart) }]));
  expect(error.message).toBe(message);
  expect(error.code).toBe("HELM_CHART");
});
