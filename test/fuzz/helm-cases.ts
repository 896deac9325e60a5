import { calmSnippet, oddCall } from "./helm-snippets.js";
import type { Random } from "./random.js";

export interface ChartCase {
  /** Files of a folder; the chart is at `chart`. */
  readonly files: Readonly<Record<string, string>>;
  /** After `helm template`. */
  readonly args: readonly string[];
}

const scalars = [
  "x",
  '"5"',
  "5",
  "1.5",
  "true",
  "null",
  "~",
  "",
  '""',
  "yes",
  "0x1F",
  "012",
  "1e3",
  "2020-01-02",
  "12345678901234567890",
  "'a: b'",
  "[]",
  "{}",
  "[a, 1]",
  "{p: q}",
  "1_000",
  ".5",
];

function scalar(random: Random): string {
  return random.pick(scalars);
}

function values(random: Random, subcharts: readonly string[]): string {
  const lines = [
    `text: ${random.pick(["hello", '"a b"', "été", '"1.0"', "'{{ .Release.Name }}'"])}`,
    `number: ${random.pick(["5", "0", "-1", "1234567", "100000000000"])}`,
    `float: ${random.pick(["1.5", "1.0", "1e21", "0.000001", "3"])}`,
    "big: 9007199254740993",
    `list: ${random.pick(["[a, b]", "[]", "[1, null, {a: b}]", "[[1], 2.5]"])}`,
    `map: {a: ${scalar(random)}, b: ${random.pick(["null", "1", "{c: d}", "{c: null}"])}, x: {y: 1}}`,
    'empty: ""',
    "nothing: null",
    "template: 'T {{ .Values.number }} {{ .Release.Name }}'",
    `global: {g: ${scalar(random)}, deep: {a: 1, b: ${scalar(random)}}}`,
  ].filter(() => random.chance(0.85));
  for (const name of subcharts) {
    if (random.chance(0.7))
      lines.push(
        `${name}: {enabled: ${random.pick(["true", "false", "true", '"yes"', "null"])}, a: ${scalar(random)}, map: {a: ${scalar(random)}, n: null}}`,
      );
  }
  if (random.chance(0.4))
    lines.push(`tags: {front: ${random.pick(["true", "false"])}, back: ${random.pick(["true", "false", "1"])}}`);
  return `${lines.join("\n")}\n`;
}

/** A chart with subcharts, values in many places and templates of calls that mostly fit. */
export function randomChart(random: Random): ChartCase {
  const files: Record<string, string> = {};
  const names = random.some(["sub", "other", "lib"], 0.5);
  const aliases = random.chance(0.3) && names.includes("sub") ? ["twin"] : [];
  const dependencies = names.map((name) => dependency(random, name, ""));
  for (const alias of aliases) dependencies.push(dependency(random, "sub", alias));
  files["chart/Chart.yaml"] =
    `apiVersion: v2\nname: c\nversion: 1.2.3\nappVersion: ${random.pick(['"2.0"', "2.0", "v3"])}\n` +
    `${random.chance(0.3) ? "annotations: {k: v, n: '1'}\n" : ""}${random.chance(0.3) ? "keywords: [a, b]\n" : ""}` +
    `${random.chance(0.15) ? `kubeVersion: "${random.pick([">=1.20.0-0", ">=1.99", "^1.30"])}"\n` : ""}` +
    `${dependencies.length > 0 ? `dependencies:\n${dependencies.join("")}` : ""}`;
  files["chart/values.yaml"] = values(random, [...names, ...aliases]);
  files["chart/a.txt"] = "line 1\nline 2\n";
  files["chart/conf/b.conf"] = "k = v\n";
  files["chart/templates/_helpers.tpl"] =
    `{{ define "c.name" }}${random.pick(["c-{{ .Release.Name }}", "{{ .Values.text }}", " n "])}{{ end }}{{ define "shared" }}parent{{ end }}`;
  if (random.chance(0.3)) files["chart/templates/NOTES.txt"] = "notes {{ .Release.Name }}\n";
  if (random.chance(0.3))
    files["chart/crds/crd.yaml"] = "kind: CustomResourceDefinition\nmetadata: {name: x}\n---\nkind: CustomResourceDefinition\n";
  if (random.chance(0.25)) files["chart/values.schema.json"] = schema(random);
  const templates = 1 + random.below(3);
  for (let index = 0; index < templates; index++)
    files[`chart/templates/${random.pick(["a", "b", "z/c"])}${index}.yaml`] = template(random, "c");
  for (const name of names) subchart(random, files, name);
  files["chart/extra.yaml"] = values(random, [...names, ...aliases]);
  files["chart/other.yaml"] =
    `map: {a: null, x: {y: null}}\nlist: null\n${random.chance(0.3) ? "global: {deep: {a: null}}\n" : ""}${random.chance(0.3) ? "sub: {map: {a: null}}\n" : ""}${random.chance(0.1) ? "sub: text\n" : ""}`;
  return { files, args: flags(random) };
}

function dependency(random: Random, name: string, alias: string): string {
  const named = alias || name;
  const condition = random.chance(0.5)
    ? `  condition: ${random.pick([`${named}.enabled`, `none.here,${named}.enabled`, "map.a", `${named}.a`])}\n`
    : "";
  const tags = random.chance(0.4) ? `  tags: [${random.pick(["front", "back", "front, back"])}]\n` : "";
  const imports = random.chance(0.4)
    ? `  import-values:\n  - ${random.pick(["data", "{child: map, parent: imported}", "{child: exports.data, parent: .}", "none"])}\n`
    : "";
  return `- name: ${name}\n  version: "${random.pick(["0.1.0", "*", ">=0.1.0", "^0.1"])}"\n  repository: ""\n${alias === "" ? "" : `  alias: ${alias}\n`}${condition}${tags}${imports}`;
}

function subchart(random: Random, files: Record<string, string>, name: string): void {
  const at = `chart/charts/${name}`;
  const isLibrary = name === "lib";
  files[`${at}/Chart.yaml`] = `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n${isLibrary ? "type: library\n" : ""}`;
  files[`${at}/values.yaml`] =
    `a: ${scalar(random)}\ntext: sub\nmap: {a: 1, n: 2, z: ${scalar(random)}}\nexports: {data: {fromSub: ${scalar(random)}, map: {q: 1}}}\nglobal: {g: child, own: ${scalar(random)}}\n`;
  files[`${at}/templates/_h.tpl`] =
    `{{ define "${name}.${isLibrary ? "name" : "only"}" }}${name}:{{ .Values | toJson }}{{ end }}{{ define "shared" }}${name}{{ end }}`;
  files[`${at}/templates/${isLibrary ? "ignored" : "t"}.yaml`] =
    `kind: ConfigMap\nvalues: {{ .Values | toJson }}\nshared: {{ include "shared" . }}\n${random.chance(0.3) ? `x: ${calmSnippet(random)}\n` : ""}`;
}

const kinds = ["ConfigMap", "Deployment", "Service", "Zeta", "Namespace", "Job", "CustomResourceDefinition", "Ingress", "Pod"];

function template(random: Random, chart: string): string {
  const documents = Array.from({ length: 1 + random.below(3) }, () => document(random, chart));
  return documents.join(random.pick(["---\n", "\n---\n", "--- # next\n", "---   \n\n"]));
}

function document(random: Random, chart: string): string {
  const hook = random.chance(0.2)
    ? `\n  annotations:\n    "helm.sh/hook": ${random.pick(["pre-install", "post-install,pre-upgrade", "test", "test-success", "crd-install", "nope", '"pre-delete, post-delete"'])}\n    "helm.sh/hook-weight": ${random.pick(['"5"', '"-3"', "2", '"x"'])}`
    : "";
  const lines = Array.from({ length: 1 + random.below(4) }, (_, index) => {
    const snippet = random.chance(0.06) ? oddCall(random) : calmSnippet(random);
    return random.chance(0.3) ? `  k${index}: |\n    ${snippet}\n` : `  k${index}: ${snippet}\n`;
  });
  return `${random.chance(0.1) ? "# comment\n" : ""}apiVersion: v1\nkind: ${random.pick(kinds)}\nmetadata:\n  name: ${chart}-${random.below(9)}${hook}\ndata:\n${lines.join("")}`;
}

function schema(random: Random): string {
  const draft = random.pick([
    "http://json-schema.org/draft-04/schema#",
    "http://json-schema.org/draft-07/schema#",
    "https://json-schema.org/draft/2019-09/schema",
    "https://json-schema.org/draft/2020-12/schema",
    "",
  ]);
  const property = random.pick([
    '"number": {"type": "integer", "minimum": 1}',
    '"text": {"type": "string", "pattern": "^[a-z]+$", "minLength": 3}',
    '"list": {"type": "array", "items": {"type": "string"}, "minItems": 1}',
    '"map": {"type": "object", "additionalProperties": false, "properties": {"a": {}, "x": {"required": ["y"]}}}',
    '"float": {"oneOf": [{"type": "integer"}, {"multipleOf": 0.5}]}',
    '"global": {"$ref": "#/definitions/g"}',
    '"empty": {"enum": ["a", 1, null]}, "number": {"const": 5}',
  ]);
  const head = draft === "" ? "" : `"$schema": "${draft}", `;
  return `{${head}"type": "object", "required": [${random.pick(['"text"', '"text", "nope"', ""])}], "definitions": {"g": {"type": "object", "maxProperties": 2}}, "properties": {${property}}}`;
}

const assignments = [
  "a=b",
  "map.a=null",
  "list[0]=z",
  "list={x,y}",
  "map.x.y=1,number=7",
  "text=",
  "global.deep.b=2",
  "sub.enabled=false",
  "list[3].k=v",
  'map."a"=1',
  "a\\.b=c",
  "text=a\\,b",
  "number=1.5",
  "map={a",
  "list[-1]=x",
  "=x",
  "tags.front=false",
  "sub.map.a=null",
  "nothing=null",
  "number=012",
  "text=true,float=1e3",
];

function flags(random: Random): string[] {
  const args = random.chance(0.85)
    ? [random.pick(["rel", "my-release", "a.b", "Bad_Name"].slice(0, random.chance(0.03) ? 4 : 3)), "chart"]
    : ["chart"];
  const add = (chance: number, ...more: readonly string[]): void => {
    if (random.chance(chance)) args.push(...more);
  };
  add(0.3, "-f", "chart/extra.yaml");
  add(0.3, "--values", "chart/other.yaml");
  add(0.3, "--set", random.pick(assignments));
  add(0.2, "--set", random.pick(assignments));
  add(0.15, "--set-string", random.pick(assignments));
  add(
    0.15,
    "--set-json",
    random.pick(['map={"a":[1,2]}', "list=[1,{}],number=3", '{"text":"j","map":null}', "bad={", "number=5"]),
  );
  add(0.1, "--set-file", random.pick(["text=chart/a.txt", "map.a=chart/none", "list[1]=chart/a.txt"]));
  add(0.1, "--set-literal", random.pick(["text=a,b=c", "map.a=[x]"]));
  add(0.3, "-n", random.pick(["prod", "x"]));
  add(0.15, "--kube-version", random.pick(["1.30", "v1.29.3", "1.31.2-gke.5", "bad"]));
  add(0.15, "--api-versions", random.pick(["x.io/v1", "x.io/v1/Kind,y/v1"]));
  add(0.15, "--include-crds");
  add(0.1, "--skip-tests");
  add(0.1, "--no-hooks");
  add(0.1, "--is-upgrade");
  add(0.1, "--skip-schema-validation");
  add(
    0.08,
    "--show-only",
    random.pick(["templates/a0.yaml", "templates/*.yaml", "charts/sub/templates/t.yaml", "templates/NOTES.txt", "crds/crd.yaml"]),
  );
  if (args[0] === "chart")
    add(0.4, "--name-template", random.pick(["n-{{ 1 }}", '{{ "x" | upper | lower }}', "{{ nope }}", "{{ randAlpha 0 }}q"]));
  add(0.04, "--debug");
  return args;
}
