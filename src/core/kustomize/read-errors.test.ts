import { expect, test } from "vitest";
import { build, type Files, failureOf as failure } from "../../../test/kustomize/build-files.js";
import { InputError } from "../errors.js";
import { buildKustomization, memoryTree } from "./index.js";

const head = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n";

const ofWidget = (fields: string): InputError => failure({ resources: ["w.yaml"] }, { "w.yaml": `${head}${fields}` });

test("a line that separates documents wrongly is told before a character that none may have", () => {
  expect(ofWidget("a: b\n---\u007f\na: \u0001\n").message).toContain("invalid document separator: ---");
  expect(ofWidget("a: b\n---\na: \u007f\n").message).toContain("control characters are not allowed");
});

test("a scalar that does not fit its tag is an error when it is printed, with its place", () => {
  const files = { "w.yaml": `${head}spec:\n  a: !!bool yes\n` };
  const error = failure({ resources: ["w.yaml"] }, files);
  expect(error.message).toBe("yaml: cannot decode !!str `yes` as a !!bool");
  expect(error.location).toEqual({ file: "w.yaml", line: 5, column: 6 });
  const patch = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {a: null, b: 1}\n";
  expect(build({ resources: ["w.yaml"], patches: [{ patch }] }, files)).toContain("spec:\n  b: 1\n");
});

test("of several faults the one is told that the original meets first", () => {
  expect(ofWidget("spec:\n  08: v\n  b: {{ x }}\n  c: !!bool yes\n").message).toContain("invalid map key");
  expect(ofWidget("spec:\n  a: !!bool yes\n  b: {{ x }}\n").message).toContain("cannot decode !!str `yes` as a !!bool");
  expect(ofWidget("spec:\n  a: .nan\n  5: v\n").message).toContain("json: unsupported type: map[interface {}]interface {}");
  expect(ofWidget("spec:\n  a: !!bool yes\n  NULL: v\n").message).toContain(
    'unmarshal errors:\n  line 6: mapping key "NULL" is no text',
  );
  expect(ofWidget("spec:\n  a: .nan\n  b: {c: 1, c: 2}\n").message).toContain('mapping key "c" already defined');
});

test("a map has one merge at most", () => {
  expect(ofWidget("a: &a {x: 1}\nb:\n  <<: *a\n  <<: *a\n").message).toContain("duplicate merge key");
});

test("a scalar that does not fit its tag is shown with it where a message shows the node", () => {
  const replacement = { sourceValue: "[", targets: [{ select: { kind: "Widget" }, fieldPaths: ["data.x.a", "data.x.0"] }] };
  const files = { "w.yaml": `${head}data:\n  x: |\n    a: true\n    b: 1\n` };
  const error = failure({ resources: ["w.yaml"], replacements: [{ ...replacement }] }, files);
  expect(error.message).toContain(
    "wrong node kind: expected SequenceNode but got MappingNode: node contents:\na: !!bool '['\nb: 1\n",
  );
});

test("what no `configurations` file may hold is told with Go's types and its place", () => {
  const message = "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal";
  const fault = (text: string): InputError => failure({ configurations: ["c.yaml"] }, { "c.yaml": text });
  expect(fault("[]\n").message).toBe(`${message} array into Go value of type builtinconfig.TransformerConfig`);
  const images = fault("namePrefix:\n- path: a\nimages: {}\n");
  expect(images.message).toBe(`${message} object into Go struct field TransformerConfig.images of type types.FsSlice`);
  expect(images.location).toEqual({ file: "c.yaml", line: 3, column: 1 });
  expect(fault("nameReference: 5\n").message).toContain("nameReference of type builtinconfig.nbrSlice");
  expect(fault("nameReference: [[]]\n").message).toContain("nameReference of type builtinconfig.NameBackReferences");
});

test("the manifest of a CustomResourceDefinition is no file of `crds`", () => {
  const error = failure({ crds: ["crd.yaml"] }, { "crd.yaml": "apiVersion: v1\nkind: CustomResourceDefinition\n" });
  expect(error.message).toBe(
    "loading CRDs [crd.yaml]: unable to parse open API definition from 'crd.yaml': error unmarshaling JSON: while decoding JSON: " +
      "json: cannot unmarshal string into Go value of type accumulator.OpenAPIDefinition",
  );
  expect(error.location).toEqual({ file: "crd.yaml", line: 1, column: 1 });
  expect(error.hint).toContain("not the manifest of a CustomResourceDefinition");
});

test("schemas in `crds` hold what Go's types of them do", () => {
  const fault = (schema: string): string | undefined => {
    const files = { "crd.yaml": `a:\n  Schema: ${schema}\n`, "w.yaml": head };
    try {
      build({ crds: ["crd.yaml"], resources: ["w.yaml"] }, files);
    } catch (error) {
      if (error instanceof InputError) return error.message.split("spec.Schema: ")[1];
      throw error;
    }
    return undefined;
  };
  expect(fault("{description: 5}")).toBe("json: cannot unmarshal JSON number into Go value of type string");
  expect(fault("{properties: {x: {maxLength: 1.5}}}")).toContain("of type int64");
  expect(fault("{allOf: [{not: x}]}")).toContain("JSON string into Go value of type struct");
  expect(fault("{type: [string, 5]}")).toContain("of type string");
  expect(fault("{additionalProperties: 5}")).toContain("of type bool");
  expect(fault("{externalDocs: {url: 5}}")).toContain("of type string");
  for (const good of ["{type: string}", "{items: 5}", "{additionalProperties: {}}", "{x-any: 5, other: [], enum: null}", "null"])
    expect(fault(good), good).toBeUndefined();
});

test("a file of `crds` that begins with a brace is read as JSON", () => {
  const error = failure({ crds: ["crd.json"] }, { "crd.json": "{a: {}}" });
  expect(error.message).toContain("invalid character 'a' looking for beginning of object key string");
});

test("of a label that cannot be made, the field is named that the original comes to first", () => {
  const files = { "d.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {}\n" };
  const error = failure({ resources: ["d.yaml"], labels: [{ pairs: { "": "b" }, includeSelectors: true }] }, files);
  expect(error.message).toContain("considering field 'spec/template/metadata/labels'");
  expect(error.message).toContain("wrong node kind: expected ScalarNode but got MappingNode");
});

test("a null without text that a patch puts between braces is printed as a text", () => {
  const patch = `${head}spec:\n  l:\n  - a:\n    b: null\n    c: ~\n`;
  const printed = (spec: string): string =>
    build({ resources: ["w.yaml"], namePrefix: "x-", patches: [{ patch }] }, { "w.yaml": spec });
  expect(printed(`${head}spec: {d: e}\n`)).toContain('  l:\n  - a: ""\n    b: null\n    c: null\n');
  expect(printed(`${head}spec:\n  d: e\n`)).toContain("  l:\n  - a: null\n    b: null\n    c: null\n");
});

test("what is set over a scalar in quotes with a tag is of its own type; without a tag it stays quoted", () => {
  const deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n";
  const printed = (fields: string): string =>
    build(
      { resources: ["d.yaml"], replicas: [{ name: "d", count: 5 }], images: [{ name: "2", newName: "7" }] },
      { "d.yaml": `${deployment}${fields}` },
    );
  expect(printed('  replicas: !!str "2"\n')).toContain("  replicas: 5\n");
  expect(printed('  replicas: "2"\n')).toContain('  replicas: "5"\n');
  expect(printed('  template: {spec: {containers: [{image: !!int "2"}]}}\n')).toContain('- image: "7"\n');
  const patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {paused: 5}\n";
  const patched = (value: string): string =>
    build({ resources: ["d.yaml"], patches: [{ patch }] }, { "d.yaml": `${deployment}  paused: ${value}\n` });
  expect(patched("!!int '7'")).toContain("  paused: 5\n");
  expect(patched("'7'")).toContain('  paused: "5"\n');
  const twice = { resources: ["d.yaml"], patches: [{ patch: patch.replace("paused: 5", "x: y") }, { patch }] };
  expect(build(twice, { "d.yaml": `${deployment}  paused: !!str 7\n` })).toContain("  paused: 5\n");
  expect(build(twice, { "d.yaml": `${deployment}  paused: !!str on\n` })).toContain("  paused: 5\n");
  const named = build({ resources: ["d.yaml"], namePrefix: "5" }, { "d.yaml": deployment.replace("d}", '!!int "2"}') });
  expect(named).toContain('  name: "52"\n');
});

test("a chart's missing values file is told before a way of merging that there is not", () => {
  const chart = { name: "web", additionalValuesFiles: ["missing.yaml"], valuesMerge: "bogus" };
  const files = { "kustomization.yaml": JSON.stringify({ helmCharts: [chart] }), "more.yaml": "a: b\n" };
  const told = (file: string): unknown => {
    const tree = memoryTree({ ...files, "kustomization.yaml": files["kustomization.yaml"].replace("missing.yaml", file) });
    return buildKustomization(tree, "", { enableHelm: true });
  };
  expect(() => told("missing.yaml")).toThrow("could not load additionalValuesFile");
  expect(() => told("more.yaml")).toThrow("valuesMerge must be one of [merge override replace]");
});

test("nothing is noted in metadata that a replacement has made a text", () => {
  const replacements = [
    { source: { kind: "Widget", name: "w" }, targets: [{ select: { kind: "Widget" }, fieldPaths: ["metadata"] }] },
  ];
  const options = { resources: ["w.yaml"], replacements, buildMetadata: ["transformerAnnotations"] };
  expect(failure(options, { "w.yaml": head }).message).toContain("wrong node kind: expected MappingNode but got ScalarNode");
});

test("vars that cannot be told apart are shown as they are written", () => {
  const widget = (namespace: string): string => `apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: ${namespace}}\n`;
  const vars = [{ name: "V", objref: { apiVersion: "v1", kind: "Service", name: "s" }, fieldref: null }];
  const error = failure({ resources: ["a.yaml", "b.yaml"], vars }, { "a.yaml": widget("a"), "b.yaml": widget("b") });
  expect(error.message).toBe(
    "merging vars [{V Service.[noVer].[noGrp] {}}]: found 2 resId matches for var {V Service.v1.[noGrp] {}} (unable to disambiguate)",
  );
});

test("a target whose labels cannot be asked for is shown with what a label may be", () => {
  const target = { kind: "Widget", labelSelector: "app in (b, -c, -a)" };
  const merge = failure({ resources: ["w.yaml"], patches: [{ target, patch: head }] }, { "w.yaml": head }).message;
  expect(merge).toContain(
    'unable to find patch target "Widget.[noVer].[noGrp]/[noName].[noNs]:a=:l=app in (b, -c, -a)" in `resources`: ' +
      'unable to parse requirement: invalid label value: "-a": at key: "app": a valid label must be an empty string or consist of',
  );
  const long = { kind: "Widget", labelSelector: "a".repeat(64) };
  const patch = '[{"op": "add", "path": "/a", "value": 1}]';
  expect(failure({ resources: ["w.yaml"], patches: [{ target: long, patch }] }, { "w.yaml": head }).message).toContain(
    "name part must be no more than 63 characters",
  );
});

test("what no JSON patch may hold is told as encoding/json does", () => {
  const target = { version: "v1", kind: "Widget", name: "w" };
  const fault = (operations: string): string =>
    failure({ resources: ["w.yaml"], patchesJson6902: [{ target, patch: `[{"op": ${operations}}]` }] }, { "w.yaml": head })
      .message;
  expect(fault('"a\nb"')).toContain("invalid character '\\n' in string literal");
  expect(fault('"a\\qb"')).toContain("invalid character 'q' in string escape code");
  expect(fault('"a\\u12g4"')).toContain("invalid character 'g' in \\u hexadecimal character escape");
});

test("a JSON patch whose `from` is no text says so", () => {
  const target = { kind: "Widget" };
  for (const op of ["move", "copy"]) {
    const fault = (from: string): string =>
      failure(
        { resources: ["w.yaml"], patches: [{ target, patch: `[{"op": "${op}", "from": ${from}, "path": "/a"}]` }] },
        { "w.yaml": head },
      ).message;
    expect(fault("[]")).toContain(
      `${op} operation failed to decode from: json: cannot unmarshal array into Go value of type string`,
    );
    expect(fault("null")).toContain(`${op} operation failed to decode from: operation, missing from field: missing value`);
  }
});

test("a strategic merge adds every resource anew, so that two of one id are told", () => {
  const files = { "a.yaml": head.replace("name: w", "name: a"), "b.yaml": head.replace("name: w", "name: b") };
  const rename = { target: { kind: "Widget" }, patch: '[{"op": "replace", "path": "/metadata/name", "value": "same"}]' };
  const merge = { target: { kind: "Other" }, patch: head };
  expect(failure({ resources: ["a.yaml", "b.yaml"], patches: [rename, merge] }, files).message).toContain(
    "may not add resource with an already registered id: Widget.v1.example.com/same.[noNs]",
  );
});

test("a message that shows whole resources covers the values of a Secret", () => {
  const secret = (namespace: string): string =>
    `apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: ${namespace}}\nstringData: {password: hunter2}\n`;
  const error = failure({ resources: ["a.yaml", "b.yaml"], namespace: "c" }, { "a.yaml": secret("a"), "b.yaml": secret("b") });
  expect(error.message).toContain("namespace transformation produces ID conflict");
  expect(error.message).toContain('"stringData":{"password":"++++++++"}');
  expect(error.message).not.toContain("hunter2");
});

test("a collection that stands where a key should is shown", () => {
  const fault = (key: string): string => failure({}, { "kustomization.yaml": `? ${key}\n: x\n` }).message;
  expect(fault("{count: 3, name: obj}")).toContain('invalid map key: map[interface {}]interface {}{"count":3, "name":"obj"}');
  expect(fault("[a, null]")).toContain('invalid map key: []interface {}{"a", interface {}(nil)}');
});

test("a plugin in the wrong list is named by its id", () => {
  const files = {
    "p.yaml": "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: p}\npatch: '{kind: X, metadata: {name: x}}'\n",
  };
  expect(failure({ generators: ["p.yaml"] }, files).message).toContain(
    "plugin PatchTransformer.builtin.[noGrp]/p.[noNs] not a generator",
  );
});

test("aliases of a chart's values file are gone where values of one's own are merged with it, but in lists", () => {
  const values = "extra: &a {k: 1}\nother: *a\nmore: {<<: *a, z: 1}\nlist: [*a]\n<<: {m: 1}\n";
  const merged = (helmChart: object): string => {
    const tree = memoryTree({
      "kustomization.yaml": JSON.stringify({ helmCharts: [{ name: "web", ...helmChart }] }),
      "charts/web/Chart.yaml": "name: web\n",
      "charts/web/values.yaml": values,
    });
    let seen = "";
    const renderHelm = (request: { readonly values: readonly Uint8Array[] }): string => {
      seen = new TextDecoder().decode(request.values[0]);
      return "";
    };
    buildKustomization(tree, "", { enableHelm: true, renderHelm });
    return seen;
  };
  expect(merged({ valuesInline: { x: 1 } })).toBe("extra:\n  k: 1\nlist:\n- k: 1\nm: 1\nmore:\n  z: 1\nx: 1\n");
  expect(merged({})).toBe(values);
  expect(() => merged({ valuesInline: { other: { k: 2 } }, valuesMerge: "merge" })).toThrow(
    "could not merge values: wrong node kind: expected MappingNode but got AliasNode",
  );
});

test("a subject of a role binding whose name or kind is no text is refused", () => {
  const fault = (subject: string, more: object = {}): string => {
    const binding = `apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b}\nsubjects: [${subject}]\n`;
    return failure({ resources: ["b.yaml"], namespace: "n", ...more }, { "b.yaml": binding }).message;
  };
  const at = "setting namespace on (cluster)role binding subjects: looking up";
  const last = "on (cluster)role binding subject: wrong node kind: expected";
  expect(fault("{name: [web]}")).toContain(`${at} name ${last} ScalarNode but got SequenceNode`);
  expect(fault("{name: {}}")).toContain(`${at} name ${last} ScalarNode but got MappingNode`);
  expect(fault("web")).toContain(`${at} name ${last} MappingNode but got ScalarNode`);
  const everyAccount = JSON.stringify({
    apiVersion: "builtin",
    kind: "NamespaceTransformer",
    metadata: { name: "t", namespace: "n" },
    setRoleBindingSubjects: "allServiceAccounts",
  });
  expect(fault("{kind: [ServiceAccount]}", { namespace: undefined, transformers: [everyAccount] })).toContain(
    `${at} kind ${last} ScalarNode but got SequenceNode`,
  );
});

test("annotations that are no map cannot be given an origin", () => {
  const buildMetadata = ["originAnnotations"];
  const fault = (annotations: string): string =>
    failure(
      { resources: ["w.yaml"], buildMetadata },
      { "w.yaml": head.replace("name: w", `name: w, annotations: ${annotations}`) },
    ).message;
  expect(fault("[x]")).toContain(
    "cannot add path annotation for 'w.yaml': considering field 'metadata/annotations' of object Widget.v1.example.com/w.[noNs]: " +
      "wrong node kind: expected MappingNode but got SequenceNode",
  );
});

test("neither a date nor a number is the namespace of a service account", () => {
  const binding = (namespace: string): string =>
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b}\n" +
    `subjects: [{kind: ServiceAccount, name: a, namespace: ${namespace}}]\n`;
  for (const namespace of ["2020-01-01", ".inf"])
    expect(failure({ resources: ["b.yaml"] }, { "b.yaml": binding(namespace) }).message).toContain(
      'Invalid Input: namespace is blank for resource "RoleBinding.v1.rbac.authorization.k8s.io/b.[noNs]"',
    );
  expect(build({ resources: ["b.yaml"] }, { "b.yaml": binding("'2020-01-01'") })).toContain('namespace: "2020-01-01"');
  const twice = binding("5, kind: ServiceAccount");
  expect(failure({ resources: ["b.yaml"] }, { "b.yaml": twice }).message).toContain('mapping key "kind" already defined');
});

test("an infinite number is no value of a var, and is shown by its text", () => {
  const service = "apiVersion: v1\nkind: Service\nmetadata: {name: s, labels: {a: .inf}}\n";
  const objref = { apiVersion: "v1", kind: "Service", name: "s" };
  const vars = [{ name: "V", objref, fieldref: { fieldpath: "metadata.labels.a" } }];
  expect(failure({ resources: ["s.yaml"], vars }, { "s.yaml": service }).message).toContain(
    "field specified in var '{V Service.v1.[noGrp] {metadata.labels.a}}' not found in corresponding resource",
  );
  const target = { select: { kind: "Service" }, fieldPaths: ["metadata.labels.0"] };
  const replacements = [{ source: { kind: "Service" }, targets: [target] }];
  expect(failure({ resources: ["s.yaml"], replacements }, { "s.yaml": service }).message).toContain(".inf");
});

test("a key that a replacement makes at the root may read as a date, deeper it may not", () => {
  const replaced = (path: string): object => ({
    resources: ["w.yaml"],
    replacements: [{ source: { kind: "Widget" }, targets: [{ select: {}, fieldPaths: [path], options: { create: true } }] }],
  });
  expect(build(replaced("2020-01-01"), { "w.yaml": head })).toContain('"2020-01-01": w\n');
  expect(failure(replaced("spec.2020-01-01"), { "w.yaml": head }).message).toContain("json: unsupported type: map[interface {}]");
});

test("a name that a patch took away leaves earlier names that do not fit, which a replacement tells", () => {
  const remove = { target: { kind: "Widget" }, patch: '[{"op": "remove", "path": "/metadata/name"}]' };
  const replacements = [{ source: { kind: "Widget" }, targets: [{ select: { kind: "Widget" }, fieldPaths: ["spec.a"] }] }];
  const touch = { target: { kind: "Widget" }, patch: '[{"op": "add", "path": "/a", "value": 1}]' };
  const files = {
    "base/kustomization.yaml": JSON.stringify({ resources: ["w.yaml"], patches: [remove] }),
    "base/w.yaml": head,
  };
  expect(failure({ resources: ["base"], patches: [touch], replacements }, files).message).toContain(
    "error getting node IDs: number of previous names, number of previous namespaces, number of previous kinds not equal",
  );
});

test("earlier namespaces without earlier names are no history, earlier names alone are one", () => {
  const noted = (name: string, key: string, value: string): string =>
    `apiVersion: v1\nkind: Widget\nmetadata:\n  name: ${name}\n  annotations: {internal.config.kubernetes.io/${key}: "${value}"}\n`;
  const select = { name: "x" };
  const replacements = [{ source: { name: "a" }, targets: [{ select, fieldPaths: ["spec"], options: { create: true } }] }];
  const files = { "a.yaml": noted("a", "previousNamespaces", "x,y"), "b.yaml": noted("b", "previousNames", "x") };
  expect(build({ resources: ["a.yaml", "b.yaml"], replacements }, files)).toContain("name: b\nspec: a\n");
});

test("the name of an image that is no expression is an error where there is an image", () => {
  const images = [{ name: "[", newTag: "1" }];
  expect(build({ resources: ["w.yaml"], images }, { "w.yaml": head })).toContain("name: w");
  const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{image: x}]}\n";
  expect(failure({ resources: ["p.yaml"], images }, { "p.yaml": pod }).message).toContain("error parsing regexp");
});

test("a list that cannot be read as a whole is not taken apart", () => {
  const fault = (list: string): string =>
    failure({ resources: ["l.yaml"] }, { "l.yaml": `apiVersion: v1\nkind: PodList\n${list}\n` }).message;
  expect(fault("kind: PodList\nitems: []")).toContain("trouble expanding list of PodList; received error");
  expect(fault("kind: PodList\nitems: []")).toContain('mapping key "kind" already defined at line 2');
  expect(fault("items: [{kind: Pod, a: {b: 1, b: 2}}]")).toContain('mapping key "b" already defined at line 3');
});

test("what a plugin embeds is not made to fit", () => {
  const generator = (cloud: string): string =>
    `apiVersion: builtin\nkind: IAMPolicyGenerator\nmetadata: {name: x}\ncloud: ${cloud}\n`;
  expect(failure({ generators: ["g.yaml"] }, { "g.yaml": generator("5") }).message).toContain(
    "cannot unmarshal number into Go struct field IAMPolicyGeneratorPlugin.IAMPolicyGeneratorArgs.cloud of type types.Cloud",
  );
  expect(failure({ generators: ["g.yaml"] }, { "g.yaml": generator("'5'") }).message).toContain("cloud provider 5 not supported");
});

test("a name that a JSON schema of `crds` has twice is refused, one outside of schemas is not", () => {
  const crds = (text: string): object[] => [
    { resources: ["w.yaml"], crds: ["c.json"] },
    { "w.yaml": head, "c.json": text },
  ];
  const [kustomization = {}, twice] = crds('{"a": {"Schema": {"properties": {"b": {}, "b": {}}}}}');
  expect(failure(kustomization, twice as Files).message).toContain('json: duplicate name "b" in object');
  const [, outside] = crds('{"a": {"Schema": {"title": "x"}, "Schema": {}}}');
  expect(build(kustomization, outside as Files)).toContain("name: w");
  const [, misfit] = crds('{"a": {"Schema": {"type": 5}}}');
  expect(failure(kustomization, misfit as Files).message).toContain("spec.StringOrArray: expected string or array, not 'number'");
});

test("of several texts that are none the first by its key is told", () => {
  const annotations = "metadata: {annotations: {port: 8080, happy: true}}\n";
  expect(failure({}, { "kustomization.yaml": annotations }).message).toContain("cannot unmarshal bool into Go struct field");
});
