import type { Value } from "#src/core/manifest/value.js";
import type { BuildCase } from "./kustomize-case.js";
import { fields, type Place } from "./kustomize-features.js";
import type { Fields, Known } from "./kustomize-kinds.js";
import type { Random } from "./random.js";
import { randomYaml } from "./random-yaml.js";

/** A kustomization that renders charts of its own directory (`helmCharts`), under an overlay of any fields. */
export function randomCharts(random: Random): BuildCase {
  const files: Record<string, string> = {};
  const text = (path: string, content: string): void => void (files[path] = content);
  const write = (path: string, value: Value): void => text(path, randomYaml(random, value));
  const home = random.chance(0.2) ? "vendored" : "charts";
  const names = random.chance(0.25) ? ["web", "db"] : ["web"];
  const helmApiVersions = random.chance(0.15) ? random.some(["foo/v1", "bar/v2/Kind"], 0.6) : undefined;
  const charts = names.map((name) => {
    const entry = chartEntry(random, name, text);
    // Not both: the original reads a chart's own versions over the list of the flag, for the other charts, too.
    if (helmApiVersions === undefined && random.chance(0.2)) entry["apiVersions"] = random.some(["foo/v1", "apps/v9"], 0.5);
    return entry;
  });
  for (const [index, name] of names.entries()) writeChart(random, `base/${home}/${folderOf(charts[index]!)}${name}`, name, text);
  const known: Known[] = names.map((name) => ({ apiVersion: "apps/v1", kind: "Deployment", name: `${name}-web` }));
  const place = (directory: string): Place => ({ random, known, directory, write, text });
  write("base/kustomization.yaml", {
    helmCharts: charts,
    ...(home === "charts" ? {} : { helmGlobals: { chartHome: home } }),
    ...(random.chance(0.3) ? { configMapGenerator: [{ name: "cfg", literals: ["a=1"] }] } : {}),
    ...(random.chance(0.5) ? fields(place("base"), 2) : {}),
  });
  write("o0/kustomization.yaml", { resources: ["../base"], ...fields(place("o0"), 1 + random.below(3)) });
  const options = {
    enableHelm: random.chance(0.98),
    ...(random.chance(0.15) ? { helmKubeVersion: random.pick(["1.25.0", "v1.31", "1.35.4"]) } : {}),
    ...(helmApiVersions ? { helmApiVersions } : {}),
    ...(random.chance(0.2) ? { reorder: random.pick(["legacy", "none"] as const) } : {}),
  };
  return { files, target: random.chance(0.7) ? "o0" : "base", options };
}

/** With a version and a repo a chart is looked for where it would have been pulled to. */
function folderOf({ name, version, repo }: Fields): string {
  return version && repo ? `${name as string}-${version as string}/` : "";
}

function chartEntry(random: Random, name: string, text: (path: string, content: string) => void): Fields {
  const entry: Fields = { name };
  const add = (chance: number, field: string, make: () => Value): void => {
    if (random.chance(chance)) entry[field] = make();
  };
  add(0.7, "releaseName", () => random.pick(["r", "rel-1", name]));
  add(0.3, "namespace", () => random.pick(["prod", "team-a"]));
  add(0.2, "version", () => "1.2.3");
  add(0.1, "repo", () => "https://charts.example.com");
  add(0.6, "valuesInline", () => ({
    ...inlineValues(random),
    // Not in a values file: there an alias would share the map, of which the original's merge takes the directive away.
    ...(random.chance(0.1) ? { image: { $patch: random.pick(["delete", "replace"]) } } : {}),
  }));
  add(0.4, "valuesMerge", () => random.pick(["merge", "override", "replace", random.chance(0.1) ? "bogus" : "merge"]));
  add(0.3, "includeCRDs", () => random.chance(0.8));
  add(0.2, "skipTests", () => random.chance(0.8));
  add(0.2, "skipHooks", () => random.chance(0.8));
  add(0.2, "kubeVersion", () => random.pick(["1.20", "1.33.1"]));
  if (random.chance(0.3)) {
    entry["valuesFile"] = "own-values.yaml";
    text("base/own-values.yaml", randomYaml(random, inlineValues(random)));
  }
  if (random.chance(0.3)) {
    entry["additionalValuesFiles"] = random.chance(0.95) ? ["more.yaml"] : ["more.yaml", "missing.yaml"];
    text("base/more.yaml", randomYaml(random, inlineValues(random)));
  }
  return entry;
}

function inlineValues(random: Random): Fields {
  const all: Fields = {
    replicas: random.pick<Value>([3, "3", null, 0]),
    image: random.pick<Value>([{ repository: "other" }, { tag: "2" }, { tag: null }]),
    list: random.pick<Value>([[], [{ name: "a", v: 2 }], ["x"], null]),
    extra: random.pick<Value>([{ on: true, off: "off" }, { n: 1e21 }, { big: 9007199254740993n }, {}, null]),
    text: random.pick(["a: b", "multi\nline\n", "", "012", "yes"]),
    annotations: random.pick<Value>([{ note: "n" }, {}, null]),
  };
  return Object.fromEntries(Object.entries(all).filter(() => random.chance(0.5)));
}

function writeChart(random: Random, at: string, name: string, text: (path: string, content: string) => void): void {
  text(`${at}/Chart.yaml`, `apiVersion: v2\nname: ${name}\nversion: 1.2.3\nappVersion: "${random.pick(["2.0", "v3"])}"\n`);
  if (random.chance(0.95))
    text(
      `${at}/values.yaml`,
      `# defaults\nreplicas: 1\nimage:\n  repository: reg.io/${name} # where\n  tag: ${random.pick(['"1.0"', "1.0", "v1", "~"])}\n` +
        `list:\n- name: a\n  v: 1\n- name: b\nextra: {k: ${random.pick(["0x1F", "yes", "1e3", "null", "'q'"])}}\ntext: hello\nannotations: {}\n`,
    );
  text(
    `${at}/templates/_helpers.tpl`,
    '{{- define "labels" -}}\napp: {{ .Release.Name }}\nchart: {{ .Chart.Name }}-{{ .Chart.Version }}\n{{- end -}}\n',
  );
  for (const [index, template] of random.some(templates(name), 0.5).entries()) text(`${at}/templates/t${index}.yaml`, template);
  text(`${at}/templates/deployment.yaml`, deployment(random, name));
  if (random.chance(0.4))
    text(
      `${at}/crds/crd.yaml`,
      "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.example.com}\nspec: {group: example.com}\n",
    );
}

function deployment(random: Random, name: string): string {
  const labels = random.chance(0.7) ? '  labels: {{ include "labels" . | nindent 4 }}\n' : "";
  return (
    `${random.pick(["", "---\n", "# a comment\n"])}apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}-web\n${labels}` +
    `  {{- with .Values.annotations }}\n  annotations: {{ toYaml . | nindent 4 }}\n  {{- end }}\nspec:\n  replicas: {{ .Values.replicas }}\n` +
    "  selector: {matchLabels: {app: {{ .Release.Name }}}}\n  template:\n    metadata:\n      labels: {app: {{ .Release.Name }}}\n" +
    '    spec:\n      containers:\n      - name: main\n        image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"\n' +
    "        env:\n        - {name: A, value: {{ .Values.text | quote }}}\n"
  );
}

function templates(name: string): readonly string[] {
  const configMap = (suffix: string, body: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}-${suffix}\n${body}`;
  return [
    configMap("values", "data:\n  values: |\n    {{- toYaml .Values | nindent 4 }}\n  json: {{ .Values | toJson | quote }}\n"),
    configMap("list", 'data:\n  {{- range .Values.list }}\n  {{ .name | default "none" }}: {{ .v | quote }}\n  {{- end }}\n'),
    configMap("hook", '  annotations: {"helm.sh/hook": "pre-install", "helm.sh/hook-weight": "1"}\n'),
    configMap("test", '  annotations: {"helm.sh/hook": test}\n'),
    configMap(
      "where",
      'data:\n  ns: {{ .Release.Namespace | quote }}\n  kube: {{ .Capabilities.KubeVersion.Version | quote }}\n  has: {{ .Capabilities.APIVersions.Has "foo/v1" | quote }}\n',
    ),
    `{{- if .Values.extra }}\napiVersion: example.com/v1\nkind: Widget\nmetadata: {name: ${name}, namespace: {{ .Release.Namespace }}}\nspec: {{ toYaml .Values.extra | nindent 2 }}\n{{- end }}\n`,
    `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}-web}\nspec:\n  selector: {app: {{ .Release.Name }}}\n  ports:\n  - port: 80\n---\n---\n# nothing\n`,
  ];
}
