import { describe, expect, test } from "vitest";
import { editedTree } from "../../core/explain/edited-tree.js";
import { explainField } from "../../core/explain/explain-field.js";
import { formatFieldPath, leavesOf, valueAt } from "../../core/explain/field-path.js";
import { sameResource } from "../../core/explain/find-resource.js";
import type { Writer } from "../../core/explain/find-writers.js";
import { asValue } from "../../core/manifest/object.js";
import type { FileTree } from "../../core/render/file-tree.js";
import { memoryTree } from "../../core/render/memory-tree.js";
import { utf8DecodeLossy } from "../../platform/bytes.js";
import { renderFromTrees } from "./render-from-trees.js";

const files = {
  "chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.4.2\nappVersion: 3.1.0\n",
  "chart/values.yaml": `replicas: 2
image:
  repository: example.com/web
  tag: latest
ports: [8080, 9090]
labels: {tier: front}
env:
  LEVEL: info
  MODE: "on"
paused: false
sidecar:
  enabled: true
  image: example.com/side:7
limits:
  cpu: 250m
`,
  "chart/values-prod.yaml": `replicas: 8
image:
  tag: 1.1.5
env:
  LEVEL: warn
`,
  "chart/files/motd.txt": "welcome\n",
  "chart/templates/_helpers.tpl": `{{- define "web.name" -}}
{{ .Release.Name }}-{{ .Chart.Name }}
{{- end }}
{{- define "web.labels" -}}
app: {{ include "web.name" . }}
team: shop
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}
`,
  "chart/templates/deployment.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "web.name" . }}
  labels:
    {{- include "web.labels" . | nindent 4 }}
    version: {{ .Chart.AppVersion | quote }}
spec:
  replicas: {{ .Values.replicas }}
  paused: {{ .Values.paused }}
  minReadySeconds: 7
  template:
    spec:
      containers:
        - name: app
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          ports:
            {{- range .Values.ports }}
            - containerPort: {{ . }}
            {{- end }}
          env:
            {{- range $key, $value := .Values.env }}
            - name: {{ $key }}
              value: {{ $value | quote }}
            {{- end }}
          resources:
            limits:
              {{- toYaml .Values.limits | nindent 14 }}
              memory: {{ .Values.limits.memory | default "64Mi" }}
        {{- if .Values.sidecar.enabled }}
        - name: side
          image: {{ .Values.sidecar.image }}
        {{- end }}
`,
  "chart/templates/config.yaml": `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "web.name" . }}
data:
  motd: {{ .Files.Get "files/motd.txt" | trim | quote }}
  mode: {{ .Values.env.MODE | upper | quote }}
  channel: {{ if eq .Values.env.LEVEL "warn" }}quiet{{ else }}loud{{ end }}
---
apiVersion: v1
kind: Secret
metadata:
  name: {{ include "web.name" . }}
data:
  token: {{ .Values.image.repository | b64enc }}
stringData:
  level: {{ .Values.env.LEVEL }}
`,
};

const tree = memoryTree(files);
const renderTrees = renderFromTrees();
const application = {
  metadata: { name: "shop", namespace: "argocd" },
  spec: {
    project: "default",
    source: {
      repoURL: "https://git.example.com/fleet.git",
      targetRevision: "HEAD",
      path: "chart",
      helm: { valueFiles: ["values-prod.yaml"], parameters: [{ name: "limits.cpu", value: "500m" }] },
    },
    destination: { server: "https://kubernetes.default.svc", namespace: "shop" },
  },
};
const render = (from: FileTree) => renderTrees(application as never, () => from).manifests;
const manifests = render(tree);

const leaves = manifests.flatMap((object) =>
  leavesOf(asValue(object), []).map(({ path }) => {
    const question = { render, files: Object.keys(files), find: sameResource(object, manifests), path };
    const title = `${object.kind} ${formatFieldPath(path)}`;
    return { title, question, value: valueAt(asValue(object), path), steps: explainField(question, tree, "chart") };
  }),
);

const line = (writer: Writer | undefined): string => (writer ? `${writer.file}:${writer.line}` : "no line");

test.each([
  ["Deployment spec.replicas", "chart/values-prod.yaml:1"],
  ["Deployment spec.minReadySeconds", "chart/templates/deployment.yaml:11"],
  ["Deployment metadata.labels.team", "chart/templates/_helpers.tpl:6"],
  ["Deployment metadata.labels.tier", "chart/values.yaml:6"],
  ["Deployment metadata.labels.version", "chart/Chart.yaml:4"],
  ["ConfigMap data.motd", "chart/files/motd.txt:1"],
])("a field of a chart, %s, comes from the one line that decides", (title, expected) => {
  expect(line(leaves.find((leaf) => leaf.title === title)?.steps[0]?.writer)).toBe(expected);
});

test("a value that a parameter of the Application sets comes from no line of the chart", () => {
  expect(leaves.find(({ title }) => title.endsWith("limits.cpu"))).toMatchObject({
    value: "500m",
    steps: [{ value: "500m", by: "no line of the files" }],
  });
});

describe("the field of a chart changes when one word of the named line is changed", () => {
  const named = leaves.flatMap(({ steps, ...leaf }) =>
    steps.flatMap(({ writer, also }) =>
      [...(writer ? [writer] : []), ...also].map((place) => ({ ...leaf, place, at: line(place) })),
    ),
  );

  test.each(named)("$title by $at", ({ question, value, place }) => {
    const lines = utf8DecodeLossy(tree.read(place.file)!.bytes).split("\n");
    const text = lines[place.line - 1]!;
    const outcomes = [...text.matchAll(/\w[\w.-]*/g)].map((match) => {
      const word =
        match[0] === "true"
          ? "false"
          : match[0] === "false"
            ? "true"
            : /^\d+$/.test(match[0])
              ? `${+match[0] + 1}`
              : `${match[0]}9`;
      const edited = text.slice(0, match.index) + word + text.slice(match.index + match[0].length);
      return outcomeOf(question, editedTree(tree, place.file, lines.with(place.line - 1, edited).join("\n")));
    });
    expect(outcomes.some((outcome) => outcome !== undefined && outcome !== value)).toBe(true);
  });
});

/** The field of the edited chart; undefined where the edit breaks the chart or takes the resource away. */
function outcomeOf({ find, path }: (typeof leaves)[number]["question"], edited: FileTree): unknown {
  try {
    const object = find(render(edited));
    return object && valueAt(asValue(object), path);
  } catch {
    return undefined;
  }
}
