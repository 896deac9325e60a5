import { describe, expect, test } from "vitest";
import { errorOf, renderFiles, renderOne } from "./testing.js";

const child = "apiVersion: v2\nname: a\nversion: 1.2.3\n";

test("manifests come in install order with their source, hooks after them, notes apart", () => {
  const output = renderFiles({
    "templates/b.yaml": "kind: Deployment\n---\nkind: Service\n",
    "templates/a.yaml": "kind: Zebra\n---\n# nothing\n",
    "templates/h.yaml":
      'kind: Job\nmetadata: {name: j, annotations: {"helm.sh/hook": "pre-install, test", "helm.sh/hook-weight": "3"}}\n',
    "templates/NOTES.txt": "Hello {{ .Release.Name }}",
    "templates/_lib.tpl": "never printed",
  });
  expect(output.yaml.match(/^(?:# Source.*|kind.*)$/gm)).toEqual([
    "# Source: c/templates/b.yaml",
    "kind: Service",
    "# Source: c/templates/b.yaml",
    "kind: Deployment",
    "# Source: c/templates/a.yaml",
    "# Source: c/templates/a.yaml",
    "kind: Zebra",
    "# Source: c/templates/h.yaml",
    "kind: Job",
  ]);
  expect(output.hooks).toMatchObject([{ name: "j", events: ["pre-install", "test"], weight: 3 }]);
  expect(output.notes).toBe("Hello rel");
});

describe("values", () => {
  test.each([
    ["null deletes a default", "a: {b: 1, c: 2}", "a: {b: null}", "{{ toJson .Values.a }}", '{"c":2}'],
    [
      "tables merge, lists are replaced",
      "a: {l: [1, 2], m: {x: 1}}",
      "a: {l: [3], m: {z: 2}}",
      "{{ toJson .Values.a }}",
      '{"l":[3],"m":{"x":1,"z":2}}',
    ],
    ["every number of a file is a float64", "num: 1000000", "", "{{ .Values.num }} {{ typeOf .Values.num }}", "1e+06 float64"],
    [
      "yes and no are booleans, keys are strings",
      "y1: yes\n8080: x",
      "",
      '{{ typeOf .Values.y1 }} {{ index .Values "8080" }}',
      "bool x",
    ],
  ])("%s", (_, values, user, template, output) => {
    const files = user === "" ? [] : [{ name: "v.yaml", text: user }];
    expect(renderOne(template, { "values.yaml": values }, { user: { files } })).toBe(output);
  });

  test.each([
    [{ set: ["a=1,b.c={x,2},d[1]=y,e=null,f=01"] }, '{"a":1,"b":{"c":["x",2]},"d":[null,"y"],"e":null,"f":"01"}'],
    [{ setString: ["a=1", "b=true"] }, '{"a":"1","b":"true"}'],
    [{ setJson: ['{"a":[1]}', 'b={"c":2},d=null'] }, '{"a":[1],"b":{"c":2},"d":null}'],
    [{ set: ["k\\.x=a\\,b"] }, '{"k.x":"a,b"}'],
    [{ setFile: ["f=p.txt"], readFile: () => "text" }, '{"f":"text"}'],
    [{ setLiteral: ["l=a,b{c}"] }, '{"l":"a,b{c}"}'],
  ])("%j", (user, output) => {
    expect(renderOne("{{ toJson .Values }}", {}, { user })).toBe(output);
  });

  test.each([
    ["abc", 'failed parsing --set data: key "abc" has no value'],
    ["a[-1]=x", "failed parsing --set data: negative -1 index not allowed"],
    ["a={b", "failed parsing --set data: list must terminate with '}'"],
    ["a[70000]=x", "failed parsing --set data: index of 70000 is greater than maximum supported index of 65536"],
  ])("--set %s fails", (set, message) => {
    expect(errorOf(() => renderFiles({}, { user: { set: [set] } }))).toMatchObject({ code: "HELM_SET", message });
  });
});

describe("subcharts", () => {
  const files = {
    "charts/a/Chart.yaml": child,
    "charts/a/values.yaml": "who: a\nexports: {data: {shared: 1}}\n",
    "charts/a/templates/t.yaml": "sub: {{ .Chart.Name }} {{ .Values.who }} {{ .Values.global.g }} {{ .Template.Name }}\n",
    "values.yaml": "global: {g: G}\na: {who: parent}\n",
  };
  const chartYaml = (dependency: string) =>
    `apiVersion: v2\nname: c\nversion: 0.1.0\ndependencies:\n- {name: a, version: ^1.0.0${dependency}}\n`;

  test("they see their own values, the parent's for them, and globals", () => {
    expect(renderFiles(files).yaml).toContain("sub: a parent G c/charts/a/templates/t.yaml");
  });

  test("an alias renames, a condition removes, import-values brings values up", () => {
    expect(renderFiles({ ...files, "Chart.yaml": chartYaml(", alias: b") }).yaml).toContain(
      "sub: b a G c/charts/b/templates/t.yaml",
    );
    const disabled = { ...files, "Chart.yaml": chartYaml(", condition: a.enabled"), "values.yaml": "a: {enabled: false}" };
    expect(renderFiles(disabled).yaml).not.toContain("sub:");
    const imported = { ...files, "Chart.yaml": chartYaml(", import-values: [data]") };
    expect(renderOne("{{ .Values.shared }}", imported)).toBe("1");
  });

  test("templates see import-values as they were understood, each with a child and a parent, as text", () => {
    const imported = { ...files, "Chart.yaml": chartYaml(", import-values: [data, {child: x, parent: true, more: 1}, 5]") };
    expect(renderOne("{{ (first .Chart.Dependencies).ImportValues }}", imported)).toBe(
      "[map[child:exports.data parent:.] map[child:x parent:true]]",
    );
    expect(renderOne('{{ printf "%T" (first (first .Chart.Dependencies).ImportValues) }}', imported)).toBe("map[string]string");
  });

  test("a missing dependency is named", () => {
    const error = errorOf(() => renderFiles({ "Chart.yaml": chartYaml("") }));
    expect(error).toMatchObject({
      code: "HELM_DEPENDENCIES",
      message: expect.stringMatching(/missing in charts\/ directory: a$/),
    });
  });

  test("named templates are shared, and the parent's win", () => {
    const shared = {
      ...files,
      "charts/a/templates/_h.tpl": '{{ define "n" }}child{{ end }}',
      "templates/_h.tpl": '{{ define "n" }}parent{{ end }}',
    };
    expect(renderOne('{{ include "n" . }}', shared)).toBe("parent");
  });
});

test(".Files reads what is not a template, .Capabilities answers for the cluster", () => {
  const files = { "conf/a.txt": "A", "conf/b.txt": "B" };
  expect(
    renderOne(
      '{{ .Files.Get "conf/a.txt" }} {{ len (.Files.Glob "conf/*") }} {{ (.Files.Glob "**.txt").AsConfig | toJson }}',
      files,
    ),
  ).toBe('A 2 "a.txt: A\\nb.txt: B"');
  const options = { kubeVersion: "1.33.1+k3s1", apiVersions: ["x.io/v1"] };
  const template =
    '{{ .Capabilities.KubeVersion.Version }} {{ .Capabilities.KubeVersion }} {{ .Capabilities.APIVersions.Has "x.io/v1" }}';
  expect(renderOne(template, {}, options)).toBe("v1.33.1+k3s1 v1.33.1 true");
});

test("the bytes of a file print as numbers, with the width that was asked for", () => {
  const print = (format: string) => `{{ printf ${JSON.stringify(format)} (index (.Files.Glob "b") "b") }}`;
  expect(renderOne(print("%v %%"), { b: "ab\n" })).toBe("[97 98 10] %");
  expect(renderOne(print("%+d|%4d"), { b: "a" })).toBe("[+97]|%!d(MISSING)");
  expect(renderOne(print("%4d"), { b: "ab" })).toBe("[  97   98]");
});

test("a Kubernetes version prints as one where it stands; a function gets the struct, as Go copies it", () => {
  const template =
    "{{ .Capabilities.KubeVersion }} {{ with .Capabilities.KubeVersion }}{{ . }}{{ end }} {{ printf `%v` .Capabilities.KubeVersion }} {{ .Capabilities.KubeVersion | toString }} {{ toJson .Capabilities.KubeVersion }} {{ .Capabilities.KubeVersion | default 1 }}";
  expect(renderOne(template, {}, { kubeVersion: "1.33.1+k3s1" })).toBe(
    'v1.33.1 v1.33.1 {v1.33.1+k3s1 v1.33.1 1 33} {v1.33.1+k3s1 v1.33.1 1 33} {"Version":"v1.33.1+k3s1","Major":"1","Minor":"33"} {v1.33.1+k3s1 v1.33.1 1 33}',
  );
});

test("a pointer within a list is an address, and under a verb that fits none what it points to", () => {
  expect(renderOne("{{ printf `%v` (list .Capabilities) }}", {})).toMatch(/^\[0xc[0-9a-f]+\]$/);
  expect(renderOne("{{ printf `%t` (list .Capabilities) }}", {})).toMatch(/^\[%!t\(\*common\.Capabilities=&\{\{v1/);
});

describe("errors", () => {
  test.each([
    ["{{ required `need it` .Values.x }}", "HELM_TEMPLATE", "execution error at (c/templates/t.yaml:2:5): need it"],
    [
      "{{ .Values.a.b }}",
      "HELM_TEMPLATE",
      'c/templates/t.yaml:2:12\n  executing "c/templates/t.yaml" at <.Values.a.b>:\n    nil pointer evaluating interface {}.b',
    ],
    ["{{ nofunc }}", "HELM_TEMPLATE", 'parse error at (c/templates/t.yaml:2): function "nofunc" not defined'],
    ["{{ `x` }}\n[", "HELM_MANIFEST", "YAML parse error on c/templates/t.yaml: error converting YAML to JSON: yaml: "],
  ])("%s", (template, code, message) => {
    expect(errorOf(() => renderOne(template))).toMatchObject({
      code,
      message: expect.stringContaining(message),
      location: { file: "c/templates/t.yaml" },
    });
  });

  test.each([
    ["Chart.yaml", "name: c\n", "validation: chart.metadata.version is required"],
    ["Chart.yaml", "name: ..\nversion: 1.0.0\n", 'validation: chart.metadata.name ".." is not allowed'],
    ["Chart.yaml", "name: c\nversion: 1.0.0\ntype: library\n", "library charts are not installable"],
    [
      "values.yaml",
      "- a",
      "cannot load values.yaml: cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}",
    ],
    [".helmignore", "a/**", "double-star (**) syntax is not supported"],
  ])("%s: %s", (file, text, message) => {
    expect(errorOf(() => renderFiles({ [file]: text }))).toMatchObject({ code: "HELM_CHART", message });
  });

  test("a chart for another Kubernetes is refused", () => {
    const chart = { "Chart.yaml": 'apiVersion: v2\nname: c\nversion: 0.1.0\nkubeVersion: ">=1.40.0"\n' };
    expect(errorOf(() => renderFiles(chart, { kubeVersion: "1.33" })).message).toBe(
      "chart requires kubeVersion: >=1.40.0 which is incompatible with Kubernetes v1.33",
    );
  });
});

test("templates that use randomness are told by name, and one seed gives one result", () => {
  const random = (count: number) => new Uint8Array(count).fill(65);
  const output = renderFiles({ "templates/t.yaml": "a: {{ randAlphaNum 8 }}\n" }, { random });
  expect(output.unstable).toEqual(["randAlphaNum"]);
  expect(renderFiles({ "templates/t.yaml": "a: {{ randAlphaNum 8 }}\n" }, { random }).yaml).toBe(output.yaml);
});

test("templates that use randomness are told with what they use", () => {
  const random = (count: number) => new Uint8Array(count).fill(65);
  const templates = { "templates/t.yaml": "a: {{ randAlphaNum 8 }}{{ uuidv4 }}\n", "templates/u.yaml": "a: 1\n" };
  expect([...renderFiles(templates, { random }).unstableTemplates]).toEqual([["c/templates/t.yaml", ["randAlphaNum", "uuidv4"]]]);
});

describe("with a seed", () => {
  const secret = "a: {{ randAlphaNum 8 }} {{ uuidv4 }} {{ shuffle `abcdefgh` }} {{ now | date `2006-01-02` }}\n";
  const render = (options: object, files: Record<string, string> = { "templates/t.yaml": secret }) =>
    renderFiles(files, { stableRandom: "2026-11-28", ...options });

  test("random functions give the same each time, and none counts as unstable", () => {
    const output = render({});
    expect(output.yaml).toBe(render({}).yaml);
    expect(output.yaml).toContain("2026-11-28");
    expect([output.unstable, output.unstableTemplates.size]).toEqual([[], 0]);
  });

  test.each([{ stableRandom: "2026-11-29" }, { releaseName: "other" }, { namespace: "other" }])("%j gives others", (options) => {
    expect(render(options).yaml).not.toBe(render({}).yaml);
  });

  test("another template that asks for randomness moves nothing", () => {
    const both = render({}, { "templates/t.yaml": secret, "templates/z.yaml": "b: {{ randAlphaNum 4 }}\n" });
    expect(both.yaml).toContain(render({}).yaml.split("\n")[2]);
  });

  test("certificates are the same too", () => {
    const files = {
      "templates/t.yaml": "{{ $ca := genCAWithKey `x` 10 (genPrivateKey `ed25519`) }}a: {{ $ca.Cert | b64enc }}\n",
    };
    expect(render({}, files).yaml).toBe(render({}, files).yaml);
  });
});
