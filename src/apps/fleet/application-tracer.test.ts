import { describe, expect, test } from "vitest";
import { editedTree } from "../../core/explain/edited-tree.js";
import { explainField } from "../../core/explain/explain-field.js";
import { formatFieldPath, leavesOf, valueAt } from "../../core/explain/field-path.js";
import { sameResource } from "../../core/explain/find-resource.js";
import type { Writer } from "../../core/explain/find-writers.js";
import { FleetWorkspace } from "../../core/impact/workspace.js";
import { asValue } from "../../core/manifest/object.js";
import type { FileTree } from "../../core/render/file-tree.js";
import { memoryTree } from "../../core/render/memory-tree.js";
import { utf8DecodeLossy } from "../../platform/bytes.js";
import { traceApplication } from "./application-tracer.js";
import { renderFromTrees } from "./render-from-trees.js";

const repoURL = "https://git.example.com/fleet.git";
const source = `repoURL: ${repoURL}\n    targetRevision: HEAD`;
const head = (kind: string, name: string): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${name}\n  namespace: argocd\n`;

const files = {
  "apps/written.yaml": `${head("Application", "written")}spec:
  project: default
  source:
    ${source}
    path: chart
    helm:
      valueFiles:
        - values-prod.yaml
        - ../regions/*.yaml
      values: |
        replicas: 5
        image:
          tag: 3.0.0
      parameters:
        - name: replicas
          value: "9"
        - name: level
          value: debug
  destination:
    server: https://kubernetes.default.svc
    namespace: shop
`,
  "chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.4.2\n",
  "chart/values.yaml": `replicas: 1
image:
  repository: example.com/web
  tag: 1.0.0
level: info
mode: plain
limit: 3
hosts: [a.example.com, b.example.com]
`,
  "chart/values-prod.yaml": `replicas: 3
image:
  tag: 2.0.0
mode: loud
hosts:
  - c.example.com
  - d.example.com
`,
  "regions/eu.yaml": "place: eu\ncolor: blue\n",
  "regions/us.yaml": "place: us\n",
  "chart/templates/all.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: {{ .Values.replicas }}
  minReadySeconds: {{ .Values.ready | default 17 }}
  template:
    spec:
      containers:
        - name: app
          image: {{ printf "%s:%s" .Values.image.repository .Values.image.tag | quote }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data:
  level: {{ .Values.level | quote }}
  mode: {{ .Values.mode | upper }}
  doubled: {{ mul .Values.limit 2 | quote }}
  host: {{ first .Values.hosts }}
  place: {{ .Values.place }}
  color: {{ .Values.color }}
  version: {{ .Chart.Version }}
`,
  "sets/web.yaml": `${head("ApplicationSet", "web")}spec:
  goTemplate: true
  generators:
    - matrix:
        generators:
          - git:
              repoURL: ${repoURL}
              revision: HEAD
              files:
                - path: envs/*.yaml
          - clusters:
              selector:
                matchLabels:
                  use: web
  template:
    metadata:
      name: 'web-{{ .env }}'
      labels:
        zone: '{{ .metadata.labels.zone }}'
    spec:
      project: default
      source:
        repoURL: ${repoURL}
        targetRevision: HEAD
        path: overlay
        kustomize:
          images:
            - example.com/app:{{ .tag }}
          commonAnnotations:
            team: shop
      destination:
        server: '{{ .server }}'
        namespace: 'web-{{ .space }}'
`,
  "envs/prod.yaml": "env: prod\ntag: 7.1.0\nspace: green\n",
  "clusters/one.yaml": `apiVersion: v1
kind: Secret
metadata:
  name: one
  labels:
    argocd.argoproj.io/secret-type: cluster
    use: web
    zone: north
stringData:
  name: one
  server: https://one.example.com
`,
  "base/kustomization.yaml": "resources:\n  - web.yaml\n",
  "base/web.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: app
          image: example.com/app:latest
`,
  "overlay/kustomization.yaml": "resources:\n  - ../base\nreplicas:\n  - name: app\n    count: 4\n",
};

const tree = memoryTree(files);
const render = renderFromTrees();
const fleet = new FleetWorkspace({ render, checkoutUrls: () => (url) => url === repoURL, otherTree: () => undefined });
const state = fleet.moveTo(tree);

const asked = ["written", "web-prod"].flatMap((name) => {
  const application = state.applications.get(`argocd/${name}`)!;
  const { clusterFiles } = state;
  const options = {
    render,
    isCheckout: (url: string) => url === repoURL,
    otherTree: () => undefined,
    clusterFiles,
    buildOptions: "",
  };
  const tracer = traceApplication(application, tree, options);
  const { files: named, rankOf, kindOf } = tracer;
  const itself = tracer.make(tree);
  const { manifests } = application.render;
  return [itself, ...manifests].flatMap((object) => {
    const question =
      object === itself
        ? { render: (from: FileTree) => [tracer.make(from)], find: ([made]: readonly (typeof itself)[]) => made }
        : { render: tracer.render, find: sameResource(object, manifests) };
    return leavesOf(asValue(object), []).map(({ path }) => {
      const whole = { ...question, files: named, rankOf, kindOf, path };
      const title = `${name} ${object.kind} ${formatFieldPath(path)}`;
      const directory = name === "written" ? "chart" : "overlay";
      return { title, question: whole, value: valueAt(asValue(object), path), steps: explainField(whole, tree, directory) };
    });
  });
});

const place = (writer: Writer | undefined): string => (writer ? `${writer.file}:${writer.line}` : "no line");

test.each([
  [
    "a parameter of the Application overrides its values, these a value file, this the chart's own values",
    "written Deployment spec.replicas",
    [
      [9, "Application", "apps/written.yaml:22"],
      [5, "Application", "apps/written.yaml:17"],
      [3, "values", "chart/values-prod.yaml:1"],
      [1, "values", "chart/values.yaml:1"],
    ],
  ],
  [
    "what is put together is told layer by layer",
    "written Deployment spec.template.spec.containers[name=app].image",
    [
      ["example.com/web:3.0.0", "Application", "apps/written.yaml:19"],
      ["example.com/web:2.0.0", "values", "chart/values-prod.yaml:3"],
      ["example.com/web:1.0.0", "values", "chart/values.yaml:4"],
    ],
  ],
  [
    "a parameter over a default value",
    "written ConfigMap data.level",
    [
      ["debug", "Application", "apps/written.yaml:24"],
      ["info", "values", "chart/values.yaml:5"],
    ],
  ],
  [
    "a value that a template turns into another",
    "written ConfigMap data.mode",
    [
      ["LOUD", "computed from values", "chart/values-prod.yaml:4"],
      ["PLAIN", "computed from values", "chart/values.yaml:6"],
    ],
  ],
  ["a number that a template computes", "written ConfigMap data.doubled", [["6", "computed from values", "chart/values.yaml:7"]]],
  [
    "a list is overridden as a whole",
    "written ConfigMap data.host",
    [
      ["c.example.com", "values", "chart/values-prod.yaml:6"],
      ["a.example.com", "values", "chart/values.yaml:8"],
    ],
  ],
  [
    "value files of any name that a pattern names, the last one first",
    "written ConfigMap data.place",
    [
      ["us", "values", "regions/us.yaml:1"],
      ["eu", "values", "regions/eu.yaml:1"],
    ],
  ],
  ["a value that no other file has", "written ConfigMap data.color", [["blue", "values", "regions/eu.yaml:2"]]],
  ["what the chart says of itself", "written ConfigMap data.version", [["1.4.2", "chart", "chart/Chart.yaml:3"]]],
  ["the default of a template", "written Deployment spec.minReadySeconds", [[17, "template", "chart/templates/all.yaml:7"]]],
  [
    "an option of a generated Application comes from the parameter of its generator",
    "web-prod Deployment spec.template.spec.containers[name=app].image",
    [["example.com/app:7.1.0", "parameters", "envs/prod.yaml:2"]],
  ],
  [
    "an option that the ApplicationSet writes",
    "web-prod Deployment metadata.annotations.team",
    [["shop", "ApplicationSet", "sets/web.yaml:35"]],
  ],
  [
    "a field of the Application itself",
    "web-prod Application spec.destination.namespace",
    [["web-green", "parameters", "envs/prod.yaml:3"]],
  ],
  ["a label of a cluster", "web-prod Application metadata.labels.zone", [["north", "cluster", "clusters/one.yaml:8"]]],
])("%s: %s", (_, title, expected) => {
  const steps = asked.find((each) => each.title === title)?.steps ?? [];
  expect(steps.map(({ value, by, writer }) => [value, by, place(writer)])).toEqual(expected);
});

describe("the field changes when one word of the named line is changed", () => {
  const named = asked.flatMap(({ steps: [first], ...leaf }) =>
    [...(first?.writer ? [first.writer] : []), ...(first?.also ?? [])].map((writer) => ({ ...leaf, writer, at: place(writer) })),
  );

  test.each(named)("$title by $at", ({ question, value, writer }) => {
    const lines = utf8DecodeLossy(tree.read(writer.file)!.bytes).split("\n");
    const text = lines[writer.line - 1]!;
    const outcomes = [...text.matchAll(/\w[\w.-]*/g)].map((match) => {
      const word = /^\d+$/.test(match[0]) ? `${+match[0] + 1}` : `${match[0]}9`;
      const edited = text.slice(0, match.index) + word + text.slice(match.index + match[0].length);
      return outcomeOf(question, editedTree(tree, writer.file, lines.with(writer.line - 1, edited).join("\n")));
    });
    expect(outcomes.some((outcome) => outcome !== undefined && outcome !== value)).toBe(true);
  });

  test("every field has a line but what names and identifies the resource, by which it is found", () => {
    const without = asked.filter(({ steps }) => steps[0]?.writer === undefined).map(({ title }) => title);
    const identity = / (apiVersion|kind|metadata\.(name|namespace|finalizers\[0\]))$/;
    expect(without.filter((title) => !identity.test(title))).toEqual([]);
  });
});

/** The field after the edit; undefined where the edit breaks something or takes the resource away. */
function outcomeOf({ render: again, find, path }: (typeof asked)[number]["question"], edited: FileTree): unknown {
  try {
    const object = find(again(edited));
    return object && valueAt(asValue(object), path);
  } catch {
    return undefined;
  }
}
