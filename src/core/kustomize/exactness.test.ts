import { expect, test } from "vitest";
import { build, type Files, failureOf } from "../../../test/kustomize/build-files.js";
import { buildKustomization, memoryTree } from "./index.js";

const head = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n";

const failure = (kustomization: object, files: Files = {}): string => failureOf(kustomization, files).message;
const plugin = (kind: string, fields: object): string =>
  JSON.stringify({ apiVersion: "builtin", kind, metadata: { name: "t" }, ...fields });
const namespaceTransformer = (namespace: string, path: string, fields: object = {}): string =>
  plugin("NamespaceTransformer", { metadata: { name: "t", namespace }, fieldSpecs: [{ path, create: true }], ...fields });
const widget = (spec: string): Files => ({ "w.yaml": `${head}spec:\n${spec}` });

test("a folded scalar is written in its style once more: a break before an indented line is doubled, the ends stay", () => {
  expect(build({ resources: ["w.yaml"] }, widget("  a: >-\n    b\n      c\n    d\n"))).toContain(
    "  a: |-\n    b\n\n      c\n    d\n",
  );
  expect(build({ resources: ["w.yaml"] }, widget("  a: >+\n    b\n\n\n"))).toContain("  a: |+\n    b\n\n\n");
  expect(build({ resources: ["w.yaml"] }, widget("  a: >\n    b\n    c\n"))).toContain("  a: |\n    b c\n");
});

test("a generator's lines that begin with a tab cannot be printed", () => {
  const generator = { configMapGenerator: [{ name: "c", files: ["f"] }] };
  expect(failure(generator, { f: "\ta\nb\n" })).toContain("found a tab character where an indentation space is expected");
  expect(build(generator, { f: "\ta" })).toContain('f: "\\ta"');
});

test("a text that ends in a line separator has ended its line", () => {
  expect(build({ resources: ["w.yaml"] }, widget('  a: "x\\ny\\u2028"\n  b: z\n'))).toContain(
    "  a: |\n    x\n    y\u2028  b: z\n",
  );
  expect(build({ resources: ["w.yaml"] }, widget('  "x\\ny\\u2028": z\n  c: d\n'))).toContain("  ? |\n    x\n    y\u2028  : z\n");
});

test("a patch quotes the plain words beside it that YAML 1.1 tools misread, so that the next patch is quoted, too", () => {
  const patch = (spec: object) => ({
    patch: JSON.stringify({ apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" }, spec }),
  });
  const output = build({ resources: ["w.yaml"], patches: [patch({ b: 1 }), patch({ a: true })] }, widget("  a: on\n"));
  expect(output).toContain('  a: "true"\n  b: 1\n');
});

test("a field that a replacement made has no type of its own: text may follow a number", () => {
  const copy = (fieldPath: string) => ({
    source: { kind: "Widget", fieldPath },
    targets: [{ select: { kind: "Widget" }, fieldPaths: ["spec.made"], options: { create: true } }],
  });
  const output = build({ resources: ["w.yaml"], replacements: [copy("spec.n"), copy("spec.t")] }, widget("  n: 1\n  t: text\n"));
  expect(output).toContain("  made: text\n");
});

test("a number may follow a text in a field that a replacement made", () => {
  const copy = (fieldPath: string) => ({
    source: { kind: "Widget", fieldPath },
    targets: [{ select: { kind: "Widget" }, fieldPaths: ["spec.made"], options: { create: true } }],
  });
  const output = build({ resources: ["w.yaml"], replacements: [copy("spec.t"), copy("spec.n")] }, widget("  n: 1\n  t: text\n"));
  expect(output).toContain("  made: 1\n");
});

test("a replacement in a kustomization needs a target, an empty list is none", () => {
  const replacements = [{ source: { kind: "Widget" }, targets: [] }];
  expect(failure({ resources: ["w.yaml"], replacements }, widget("  a: 1\n"))).toContain("at least one target");
});

test("a patch that replaces a whole resource changes nothing", () => {
  const patch = `$patch: replace\n${head}spec: {other: 1}\n`;
  expect(build({ resources: ["w.yaml"], patches: [{ patch }] }, widget("  a: 1\n"))).toContain("spec:\n  a: 1\n");
});

test("text after the end of a document is not looked at", () => {
  expect(build({ resources: ["w.yaml"] }, widget("  a: 1\n...\nno: [yaml\n"))).toContain("  a: 1\n");
});

test("a template left in a resource is named as the map that it is to YAML", () => {
  expect(failure({ resources: ["w.yaml"] }, widget("  a: {{ name }}\n"))).toContain(
    'invalid map key: map[string]interface {}{"name":""}',
  );
});

test("a plugin's number becomes text in its own fields, in those of embedded structs it is an error", () => {
  const misfit = plugin("PatchTransformer", { patch: "[{op: add, path: /x, value: 1}]", target: { kind: true } });
  const files = { ...widget("  a: 1\n"), "p.yaml": misfit };
  expect(failure({ resources: ["w.yaml"], transformers: ["p.yaml"] }, files)).toContain(
    "Selector.target.ResId.Gvk.kind of type string",
  );
});

test("a validator that is a JSON patch fails, even where it changes nothing, unless a JSON patch was what came last", () => {
  const target = { version: "v1", kind: "Widget", name: "w" };
  const validated = (kind: string, fields: object): (() => string) => {
    const files = { ...widget("  a: 1\n"), "v.yaml": plugin(kind, fields) };
    return () => build({ resources: ["w.yaml"], validators: ["v.yaml"] }, files);
  };
  const jsonOp = '[{"op": "replace", "path": "/spec/a", "value": 1}]';
  expect(validated("PatchJson6902Transformer", { target, jsonOp })).toThrow("nodes unequal");
  const again = { ...widget("  a: 1\n"), "v.yaml": plugin("PatchJson6902Transformer", { target, jsonOp }) };
  expect(build({ resources: ["w.yaml"], transformers: ["v.yaml"], validators: ["v.yaml"] }, again)).toContain("a: 1");
  const unprintable = { sourceValue: "text", targets: [{ select: target, fieldPaths: ["spec.a"] }] };
  expect(validated("ReplacementTransformer", { replacements: [unprintable] })).toThrow(
    "<yaml: cannot decode !!str `text` as a !!int>",
  );
  const other = { ...target, name: "other" };
  expect(validated("PatchTransformer", { target: other, patch: jsonOp })()).toContain("a: 1");
});

test("a validator that gives a null entries fails, though nothing shows them", () => {
  const validator = plugin("AnnotationsTransformer", { annotations: { a: "1" }, fieldSpecs: [{ path: "spec/a" }] });
  const files = { ...widget("  a: null\n"), "v.yaml": validator };
  expect(failure({ resources: ["w.yaml"], validators: ["v.yaml"] }, files)).toContain("nodes unequal");
  expect(build({ resources: ["w.yaml"], transformers: ["v.yaml"] }, files)).toContain("a: null");
});

test("a validator that sets what is there fails, unless a step has set the same before it", () => {
  const specs = [{ path: "spec/a" }];
  const setters: readonly (readonly [kind: string, fields: object])[] = [
    ["LabelTransformer", { labels: { k: "v" }, fieldSpecs: [{ path: "spec/map" }] }],
    ["PrefixTransformer", { prefix: "", fieldSpecs: specs }],
    ["ImageTagTransformer", { imageTag: { name: "nginx", newTag: "1" }, fieldSpecs: [{ path: "spec/image" }] }],
    ["ReplicaCountTransformer", { replica: { name: "w", count: 1 }, fieldSpecs: specs }],
    ["ValueAddTransformer", { value: "1", targets: [{ fieldPath: "spec/a" }] }],
    ["PatchTransformer", { patch: head }],
    ["PatchStrategicMergeTransformer", { patches: head }],
  ];
  for (const [kind, fields] of setters) {
    const files = { ...widget("  a: 1\n  image: nginx:1\n  map: {k: v}\n"), "p.yaml": plugin(kind, fields) };
    expect(failure({ resources: ["w.yaml"], validators: ["p.yaml"] }, files), kind).toContain("nodes unequal");
    expect(build({ resources: ["w.yaml"], transformers: ["p.yaml"], validators: ["p.yaml"] }, files), kind).toContain("a: 1");
  }
});

test("a validator that sets a namespace touches nothing that has none", () => {
  const validator = plugin("ValueAddTransformer", { value: "a", targets: [{ fieldPath: "metadata/namespace" }] });
  const files = { "w.yaml": "apiVersion: v1\nkind: Node\nmetadata: {name: web}\n", "v.yaml": validator };
  expect(build({ resources: ["w.yaml"], validators: ["v.yaml"] }, files)).toContain("name: web");
});

test("a validator may add the label of its own, where no other label stands in a file", () => {
  const validator = plugin("LabelTransformer", {
    labels: { "validated-by": "me" },
    fieldSpecs: [{ path: "metadata/labels", create: true }],
  });
  const files = { ...widget("  a: 1\n"), "v.yaml": validator };
  expect(build({ resources: ["w.yaml"], validators: ["v.yaml"] }, files)).toContain("validated-by: me");
  const labels = [{ pairs: { team: "a" } }];
  expect(build({ resources: ["w.yaml"], labels, validators: ["v.yaml"] }, files)).toContain("validated-by: me");
  const labelled = { ...files, "w.yaml": widget("  a: 1\n")["w.yaml"]!.replace("{name: w}", "{name: w, labels: {team: a}}") };
  expect(failure({ resources: ["w.yaml"], validators: ["v.yaml"] }, labelled)).toContain("nodes unequal");
});

test("a key that reads as a merge is dropped, however its marks are written", () => {
  for (const key of ["<<", "\\u003c\\u003c", "\\x3C<"])
    expect(build({ resources: ["w.yaml"] }, widget(`  "${key}": x\n  a: 1\n`))).toContain("spec:\n  a: 1\n");
});

test("a validator that renames a resource is told by the id that is gone", () => {
  const validator = plugin("PrefixTransformer", { prefix: "x-", fieldSpecs: [{ path: "metadata/name" }] });
  const files = { ...widget("  a: 1\n"), "v.yaml": validator };
  expect(failure({ resources: ["w.yaml"], validators: ["v.yaml"] }, files)).toContain(
    "id in self missing from other; id: Widget.v1.example.com/w.[noNs]",
  );
});

test("a type error names the embedded structs on the way to the field", () => {
  expect(failure({ kind: [] })).toContain("Go struct field Kustomization.TypeMeta.kind of type string");
  expect(failure({ replacements: [{ targets: {} }] })).toContain("of type []*types.TargetSelector");
});

test("a label shared with a selector stays when a patch replaces the selector as a whole", () => {
  const labels = [{ pairs: { app: "web" }, includeSelectors: true }];
  const head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n";
  const patch = `${head}spec: {selector: {matchLabels: {$patch: replace, app: other}}}\n`;
  const files = {
    "base/kustomization.yaml": JSON.stringify({ resources: ["d.yaml"], labels }),
    "base/d.yaml": `${head}spec: {}\n`,
  };
  const output = build({ resources: ["base"], patches: [{ patch }] }, files);
  expect(output).toContain("metadata:\n  labels:\n    app: web\n");
  expect(output).toContain("    matchLabels:\n      app: other\n");
});

test("a base's OpenAPI document must be there, also where another one counts", () => {
  const base = JSON.stringify({ openapi: { path: "missing.json" } });
  const message = failure({ resources: ["base"], openapi: { version: "v1.21.2" } }, { "base/kustomization.yaml": base });
  expect(message).toContain("missing.json");
});

test("the hash of a generated ConfigMap takes a patched integer for a float", () => {
  const patch = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {new: 9007199254740993}\n";
  const hashed = (number: string) =>
    /name: (c-\w+)/.exec(
      build({
        configMapGenerator: [{ name: "c", literals: ["a=b"] }],
        patches: [{ patch: patch.replace("9007199254740993", number) }],
      }),
    )?.[1];
  expect(hashed("9007199254740993")).toBe(hashed("9007199254740992"));
});

test("a name that a JSON patch turned into a large float stays one under a later patch", () => {
  const jsonPatch = JSON.stringify([{ op: "add", path: "/spec/b", value: 1 }]);
  const named = head.replace("name: w", "name: e52");
  const files = {
    "base/kustomization.yaml": JSON.stringify({ resources: ["w.yaml"], namePrefix: "1" }),
    "base/w.yaml": `${named}spec: {a: 1}\n`,
  };
  const patches = [{ target: { kind: "Widget" }, patch: jsonPatch }, { patch: `${named}spec: {a: 2}\n` }];
  expect(build({ resources: ["base"], patches }, files)).toContain("  name: 1e+52\n");
});

test("a JSON patch whose path is no text is told by what it is", () => {
  const told = (op: string) => {
    const patches = [{ target: { kind: "Widget" }, patch: JSON.stringify([{ op, path: [] }]) }];
    return failure({ resources: ["w.yaml"], patches }, widget("  a: 1\n"));
  };
  expect(told("replace")).toContain("failed to decode path: json: cannot unmarshal array into Go value of type string");
  expect(told("add")).toContain("add operation failed to decode path: missing value");
});

test("an apiVersion or kind that is null can refer to nothing; a patch with a target turns it, or a missing one, into a text", () => {
  const account = (apiVersion: string) => ({
    "w.yaml": `${apiVersion}kind: ServiceAccount\nmetadata: {name: s}\nimagePullSecrets: [{name: x}]\n`,
  });
  expect(failure({ resources: ["w.yaml"] }, account("apiVersion: ~\n"))).toContain("'APIVersion' mismatch '' != '~'");
  const patch = '{"apiVersion": "v1", "kind": "Any", "metadata": {"name": "any"}, "a": 1}';
  for (const apiVersion of ["apiVersion: ~\n", ""]) {
    const patched = build({ resources: ["w.yaml"], patches: [{ target: { kind: ".*" }, patch }] }, account(apiVersion));
    expect(patched).toContain("a: 1\napiVersion: null\n");
  }
  const kindless = { target: { kind: "ServiceAccount" }, patch: '[{"op": "replace", "path": "/kind", "value": null}]' };
  expect(failure({ resources: ["w.yaml"], patches: [kindless] }, account("apiVersion: v1\n"))).toContain(
    "'Kind' mismatch '' != 'null'",
  );
});

test("resources that a component has given one name are refused, as they would be added again", () => {
  const component = {
    kind: "Component",
    replacements: [{ sourceValue: "same", targets: [{ select: { kind: "Widget" }, fieldPaths: ["metadata.name"] }] }],
  };
  const files = {
    "w.yaml": `${head}---\n${head.replace("name: w", "name: x")}`,
    "c/kustomization.yaml": JSON.stringify({ apiVersion: "kustomize.config.k8s.io/v1alpha1", ...component }),
  };
  expect(failure({ resources: ["w.yaml"], components: ["c"] }, files)).toContain(
    "recursed merging from path '/c': may not add resource with an already registered id: Widget.v1.example.com/same",
  );
});

test("of fields that differ in case alone the last counts, also where it is null", () => {
  const text = "kind: Kustomization\nnamePrefix: a-\nResources: [missing.yaml]\nresources:\n";
  const result = buildKustomization(memoryTree({ "kustomization.yaml": text }), "");
  expect(result.kind === "built" && result.yaml()).toBe("");
});

test("a value that took the place of a quoted text keeps its type: a replacement of that type fits, another cannot be printed", () => {
  const kustomization = (fieldPath: string) => ({
    resources: ["w.yaml"],
    patches: [{ patch: `${head}spec: {a: 5}\n` }],
    replacements: [{ source: { kind: "Widget", fieldPath }, targets: [{ select: { kind: "Widget" }, fieldPaths: ["spec.a"] }] }],
  });
  const files = widget("  a: 'x'\n  n: 80\n  t: word\n");
  expect(build(kustomization("spec.n"), files)).toContain('  a: "80"\n');
  expect(failure(kustomization("spec.t"), files)).toContain("cannot decode !!str `word` as a !!int");
});

test("at the end each resource must have a kind and a name, whatever took them", () => {
  const patched = (op: object) => ({
    resources: ["w.yaml"],
    patches: [{ target: { kind: "Widget" }, patch: JSON.stringify([op]) }],
  });
  const files = widget("  a: {b: c}\n");
  expect(failure(patched({ op: "remove", path: "/metadata/name" }), files)).toContain("missing metadata.name in object");
  expect(failure(patched({ op: "remove", path: "/kind" }), files)).toContain("missing kind in object");
  const copied = {
    resources: ["w.yaml"],
    replacements: [
      {
        source: { kind: "Widget", fieldPath: "spec.a" },
        targets: [{ select: { kind: "Widget" }, fieldPaths: ["metadata.name"] }],
      },
    ],
  };
  expect(failure(copied, files)).toContain("missing metadata.name in object");
});

test("metadata that a JSON patch turned into a text keep no notes, and nothing can be looked up in them", () => {
  const patch = '[{"op": "add", "path": "/metadata", "value": "text"}]';
  const patched = (kind: string, apiVersion: string): string =>
    failure(
      { resources: ["w.yaml"], patches: [{ target: { kind }, patch }] },
      { "w.yaml": `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: w}\n` },
    );
  expect(patched("Widget", "example.com/v1")).toContain(
    "missing metadata.name in object {{example.com/v1 Widget} {{ } map[] map[]}}",
  );
  expect(patched("Ingress", "networking.k8s.io/v1")).toContain("expected sequence or mapping node");
});

test("a quoted null of a patch with a target that may rename takes the style of the name it is set over", () => {
  const merge = (name: string): object => ({
    target: { kind: "Widget" },
    patch: `apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: ${name}}\n`,
    options: { allowNameChange: true },
  });
  expect(build({ resources: ["w.yaml"], patches: [merge("'~'")] }, widget("  a: b\n"))).toContain("\n  name: null\n");
  const quoted = { "w.yaml": head.replace("name: w", "name: 'w'") };
  expect(build({ resources: ["w.yaml"], patches: [merge("'~'")] }, quoted)).toContain('\n  name: "~"\n');
});

test("a resource for local use that has come to the id of another is not dropped, and is a duplicate", () => {
  const local = `${head.replace("{name: w}", "{name: l, annotations: {config.kubernetes.io/local-config: 'true'}}")}`;
  const rename = { target: { name: "l" }, patch: '[{"op": "replace", "path": "/metadata/name", "value": "w"}]' };
  const files = { "w.yaml": head, "l.yaml": local };
  expect(failure({ resources: ["w.yaml", "l.yaml"], patches: [rename] }, files)).toContain("already registered id");
});

test("an empty part of a replacement's path is the scalar itself, so a map has none", () => {
  const targets = [{ select: { kind: "Widget" }, fieldPaths: ["spec..x"], options: { create: true } }];
  expect(failure({ resources: ["w.yaml"], replacements: [{ sourceValue: "x", targets }] }, widget("  a: b\n"))).toContain(
    "expected ScalarNode but got MappingNode",
  );
  const missing = [{ select: { kind: "Widget" }, fieldPaths: ["none..x"], options: { create: true } }];
  const source = { kind: "Widget", fieldPath: "metadata.name" };
  expect(failure({ resources: ["w.yaml"], replacements: [{ source, targets: missing }] }, widget("  a: b\n"))).toContain(
    "expected ScalarNode but got : node contents:\nnull",
  );
});

test("a resource with a null key at its root cannot be printed, an empty one is a key", () => {
  expect(failure({ resources: ["w.yaml"] }, { "w.yaml": `${head}null: c\n` })).toContain("a key that is null");
  expect(build({ resources: ["w.yaml"] }, { "w.yaml": `? \n${head}` })).toContain('"": null\n');
});

test("of a key that a patch has twice the first counts; where the map itself is taken over, it cannot be printed", () => {
  const patched = (spec: string) => ({ resources: ["w.yaml"], patches: [{ patch: `${head}spec: ${spec}\n` }] });
  expect(build(patched("{a: 2, a: 3}"), widget("  a: 1\n"))).toContain("  a: 2\n");
  expect(failure(patched("{n: {q: 1, q: 2}}"), widget("  a: 1\n"))).toContain('mapping key "q" already defined');
});

test("a namespace that a subject gets with its name is quoted where it looks like a number", () => {
  const account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sa}\n";
  const binding =
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: crb}\nsubjects:\n- kind: ServiceAccount\n  name: sa\n";
  const files = { "a.yaml": account, "b.yaml": binding };
  expect(build({ namespace: "123", resources: ["a.yaml", "b.yaml"] }, files)).toContain('  name: sa\n  namespace: "123"\n');
});

test("a document without a name is told before a key that an earlier one has twice", () => {
  const files = { "w.yaml": `${head}kind: Widget\n---\napiVersion: v1\nkind: Secret\nmetadata: {}\n` };
  expect(failure({ resources: ["w.yaml"] }, files)).toContain("missing metadata.name in object");
  expect(failure({ resources: ["w.yaml"] }, { "w.yaml": `${head}kind: Widget\n` })).toContain("already defined at line 2");
});

test("annotations that the metadata has twice are taken together at the end, and selected by the first", () => {
  const annotated = (annotations: string): string =>
    build({ resources: ["s.yaml"] }, { "s.yaml": `apiVersion: v1\nkind: Service\nmetadata:\n  name: s\n${annotations}` });
  expect(annotated("  annotations: {a: x}\n  annotations: {a: z, b: c}\n")).toContain("  annotations:\n    a: x\n    b: c\n");
  expect(annotated("  annotations:\n  annotations: {b: c}\n")).toContain("  annotations:\n    b: c\n");
  expect(annotated("  annotations: {a: x}\n  annotations: {b: 5}\n")).toContain('  annotations:\n    a: x\n    b: "5"\n');
  const patched = (annotationSelector: string): string => {
    const patch = "kind: Service\nmetadata: {name: s}\nspec: {type: None}\n";
    const service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: s\n  annotations: {a: x}\n  annotations: {b: c}\n";
    return build({ resources: ["s.yaml"], patches: [{ target: { annotationSelector }, patch }] }, { "s.yaml": service });
  };
  expect(patched("a=x")).toContain("type: None");
  expect(patched("b=c")).not.toContain("type: None");
});

test("a second metadata without entries goes where the first is annotated", () => {
  const service = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nmetadata: other\n";
  expect(build({ resources: ["s.yaml"], namePrefix: "p-" }, { "s.yaml": service })).toContain("metadata:\n  name: p-s\n");
  expect(failure({ resources: ["s.yaml"] }, { "s.yaml": service })).toContain('mapping key "metadata" already defined at line 3');
});

test("a key that is nothing at all is printed as an empty text", () => {
  expect(build({ resources: ["w.yaml"] }, widget("  ? \n  : z\n"))).toContain('spec:\n  "": z\n');
  expect(failure({ resources: ["w.yaml"] }, widget("  !!null : z\n"))).toContain('(key "" is not a string)');
  expect(failure({ resources: ["w.yaml"] }, widget("  !own k: z\n"))).toContain('(key "k" is not a string)');
  expect(build({ resources: ["w.yaml"] }, widget("  ! k: z\n"))).toContain("  k: z\n");
});

test("a list whose items are a map has none that is a resource", () => {
  const list = (items: string): string =>
    failure({ resources: ["l.yaml"], namePrefix: "x" }, { "l.yaml": `kind: List\nitems: ${items}\n` });
  expect(list("{a: {apiVersion: v1, kind: Service, metadata: {name: s}}}")).toContain("missing Resource metadata");
});

test("every document may begin with a byte order mark", () => {
  expect(
    build({ resources: ["w.yaml"] }, { "w.yaml": `\ufeff${head}---\n\ufeff${head.replace("{name: w}", "{name: x}")}` }),
  ).toContain("  name: x\n");
});

test("behind a doubled byte order mark each line loses its first character", () => {
  expect(failure({ resources: ["w.yaml"] }, { "w.yaml": `\ufeff\ufeff\n${head}` })).toContain("missing Resource metadata");
  const far = `${"x".repeat(505)}\nab: 1\nzz: 2\n`;
  expect(failure({}, { "kustomization.yaml": `\ufeff\ufeff# ${far}` })).toContain('unknown field "ab"');
  expect(failure({}, { "kustomization.yaml": `\ufeff\ufeff# ${far.slice(9)}` })).toContain('unknown field "b"');
});

test("a field that comes again in other letters is read over the first, where a null item changes nothing", () => {
  const files = { "w.yaml": head, "kustomization.yaml": "Resources: [w.yaml]\nresources: [null]\n" };
  expect(build({}, files)).toContain("kind: Widget");
});

test("a null key of a kustomization is told with its whole value", () => {
  const files = { "kustomization.yaml": "&openapi:\n  path: schema.json\n  list: [1, null]\n" };
  expect(failure({}, files)).toContain(
    'key: <nil>, value: map[interface {}]interface {}{"list":[]interface {}{1, interface {}(nil)}, "path":"schema.json"}',
  );
});

test("a key that is made is written without quotes: one that reads as a number, a switch or a date cannot be printed", () => {
  const files = { "w.yaml": `${head.replace("name: w", "name: w, labels: {'5': x}")}` };
  const resources = ["w.yaml"];
  const targets = [{ select: { kind: "Widget" }, fieldPaths: ["metadata.annotations.true"], options: { create: true } }];
  for (const made of [
    { commonAnnotations: { "2020-01-01": "x" } },
    { labels: [{ pairs: { "1e3": "x" } }] },
    { configMapGenerator: [{ name: "g", literals: ["07=x"] }] },
    { secretGenerator: [{ name: "g", literals: ["null=x"] }] },
    { configMapGenerator: [{ name: "g", options: { labels: { "5": "x" } } }] },
    { replacements: [{ sourceValue: "x", targets }] },
  ])
    expect(failure({ resources, ...made }, files)).toContain("unsupported type: map[interface {}]interface {}");
  expect(build({ resources, labels: [{ pairs: { "5": "y", yes: "z" } }] }, files)).toContain('    "5": "y"\n    "yes": z\n');
  const generated = (behavior: string, key: string): object => ({
    configMapGenerator: [{ name: "g", behavior, literals: [`${key}=x`] }],
  });
  const below = { "base/kustomization.yaml": JSON.stringify(generated("create", "07")) };
  expect(build({ resources: ["base"], ...generated("replace", "a") }, below)).toContain("data:\n  a: x\n");
  expect(failure({ resources: ["base"], ...generated("merge", "a") }, below)).toContain('the new key "07" reads as !!int');
  const annotated = head.replace("name: w", "name: w, annotations: {'5': x}");
  expect(failure({ resources }, { "w.yaml": annotated })).toContain('the new key "5" reads as !!int');
});

test("a repeated key counts once the resource is printed: what a patch takes away is in nobody's way", () => {
  const twice = widget("  m:\n    a: 1\n    a: 2\n");
  const patched = (spec: string) => ({ resources: ["w.yaml"], patches: [{ patch: `${head}spec: ${spec}\n` }] });
  expect(build(patched("{m: null, b: 3}"), twice)).toContain("spec:\n  b: 3\n");
  expect(build(patched("{m: {$patch: replace, c: 4}}"), twice)).toContain("  m:\n    c: 4\n");
  for (const kustomization of [{ resources: ["w.yaml"] }, patched("{m: {a: 5}}"), patched("{m: {b: 5}}")])
    expect(failure(kustomization, twice)).toContain('line 7: mapping key "a" already defined at line 6');
});

test("a patch takes away the first value of a repeated key; of a repeated annotation the last counts", () => {
  const patched = { resources: ["w.yaml"], patches: [{ patch: `${head}spec: {a: null}\n` }] };
  expect(build(patched, widget("  a: 1\n  a: 2\n  b: 3\n"))).toContain("spec:\n  a: 2\n  b: 3\n");
  expect(
    build({ resources: ["w.yaml"], patches: [{ patch: `${head}spec: {c: {q: null, q: 2}}\n` }] }, widget("  b: 3\n")),
  ).toContain("  c:\n    q: 2\n");
  const annotated = "apiVersion: v1\nkind: Service\nmetadata:\n  name: s\n  annotations: {a: x, a: y}\n";
  expect(build({ resources: ["s.yaml"] }, { "s.yaml": annotated })).toContain('annotations:\n    a: "y"\n');
});

test("a character that JSON does not know is quoted as Go does", () => {
  const target = { version: "v1", kind: "Widget", name: "w" };
  const patchesJson6902 = [{ target, patch: '[{"op": \u0007}]' }];
  expect(failure({ resources: ["w.yaml"], patchesJson6902 }, widget("  a: 1\n"))).toContain("invalid character '\\a'");
});

test("nothing can be put into what an empty text holds", () => {
  const targets = (path: string) => [{ select: { kind: "Widget" }, fieldPaths: [path], options: { create: true } }];
  for (const path of ["data.k", "data.0", "data.*", "data.[a=b].c"])
    expect(
      failure(
        { resources: ["w.yaml"], replacements: [{ sourceValue: "5", targets: targets(path) }] },
        { "w.yaml": `${head}data:\n` },
      ),
    ).toMatch(/wrong node kind: expected (?:Mapping|Sequence)Node but got : node contents:\nnull/);
});

test("the plugins for prefixes and suffixes take any scalar for text and old booleans, and tell all that does not fit with its line", () => {
  const plugin = (rest: string) => ({
    "w.yaml": head,
    "p.yaml": `apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: p}\n${rest}`,
  });
  const kustomization = { resources: ["w.yaml"], transformers: ["p.yaml"] };
  expect(build(kustomization, plugin("prefix: 0x10\nfieldSpecs: [null, {path: metadata/name, create: 'yes'}]\n"))).toContain(
    "name: 16w\n",
  );
  expect(failure(kustomization, plugin("prefix: [x]\nfieldSpecs:\n- path: metadata/name\n  create: 'a long text'\n"))).toContain(
    "yaml: unmarshal errors:\n  line 3: cannot unmarshal !!str `a long ...` into bool\n  line 9: cannot unmarshal !!seq into string",
  );
});

test("a schema of one's own covers the built-in one, unless that had been asked for the scope of an unknown kind alone", () => {
  const items = { type: "array", items: {}, "x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "image" };
  const spec = { properties: { template: { properties: { spec: { properties: { containers: items } } } } } };
  const group = [{ group: "apps", version: "v1", kind: "Deployment" }];
  const definitions = { Deployment: { properties: { spec }, "x-kubernetes-group-version-kind": group } };
  const deployment = (containers: string) =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {template: {spec: {containers: [${containers}]}}}\n`;
  const files = { "d.yaml": deployment("{name: a, image: x}"), "w.yaml": head, "schema.json": JSON.stringify({ definitions }) };
  const count = (resources: readonly string[], patches: readonly string[]): number => {
    const base = JSON.stringify({ resources: ["../d.yaml"], openapi: { path: "../schema.json" } });
    const above = { resources: [...resources, "base"], patches: patches.map((patch) => ({ patch })) };
    const printed = build(above, {
      ...files,
      "base/kustomization.yaml": base.replaceAll("../", ""),
      "base/d.yaml": files["d.yaml"],
      "base/schema.json": files["schema.json"],
    });
    return printed.match(/name: [ab]$/gm)!.length;
  };
  const patch = deployment("{name: b, image: x}");
  expect(count([], [patch])).toBe(1);
  expect(count(["w.yaml"], [patch])).toBe(2);
});

test("what a replacement copies is one with nothing else, however its source is shared", () => {
  const deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {template: {spec: {}}}\n";
  const replacements = [
    {
      source: { kind: "Deployment", fieldPath: "spec.template" },
      targets: [{ select: { kind: "Deployment" }, fieldPaths: ["spec.copied"], options: { create: true } }],
    },
  ];
  const base = { resources: ["d.yaml"], commonAnnotations: { note: "1" }, replacements };
  const files = { "base/kustomization.yaml": JSON.stringify(base), "base/d.yaml": deployment };
  const printed = build({ resources: ["base"], commonAnnotations: { note: "n" } }, files);
  expect(printed).toContain('  copied:\n    metadata:\n      annotations:\n        note: "1"\n');
  expect(printed).toContain('  template:\n    metadata:\n      annotations:\n        note: "n"\n');
});

test("what a replacement made is no null and no text to a later merge", () => {
  const replacement = (fieldPath: string): object => ({
    source: { kind: "Widget", fieldPath },
    targets: [{ select: { kind: "Widget" }, fieldPaths: ["spec.a"], options: { create: true } }],
  });
  const patch = "apiVersion: v1\nkind: Any\nmetadata: {name: any}\nextra: 1\n";
  const base = { resources: ["w.yaml"], replacements: [replacement("metadata.name"), replacement("spec.nested")] };
  const files = {
    "base/kustomization.yaml": JSON.stringify(base),
    "base/w.yaml": widget("  nested:\n    x: 1\n")["w.yaml"]!,
  };
  const layer = { resources: ["base"], patches: [{ target: { kind: "Widget" }, patch }] };
  expect(build(layer, files)).toContain("  a: null\n");
  const dated = { ...base, replacements: [replacement("spec.date")] };
  const withDate = {
    "base/kustomization.yaml": JSON.stringify(dated),
    "base/w.yaml": widget("  date: 2020-01-01\n")["w.yaml"]!,
    "o/kustomization.yaml": JSON.stringify({ ...layer, resources: ["../base"] }),
  };
  const json = '[{"op": "add", "path": "/spec/b", "value": 1}]';
  expect(build({ resources: ["o"], patches: [{ target: { kind: "Widget" }, patch: json }] }, withDate)).toContain(
    '  a: "2020-01-01T00:00:00Z"\n',
  );
});

test("the parts of a field spec's path lose the spaces around them, of any kind", () => {
  for (const path of ["spec/ns\u00a0", "spec/ ns", "spec/ /ns"]) {
    const transformers = [namespaceTransformer("q", path)];
    expect(build({ resources: ["w.yaml"], transformers }, widget("  b: 1\n"))).toContain("spec:\n  b: 1\n  ns: q\n");
  }
});

test("the items of a list stand between braces, where a null without text becomes a text", () => {
  const list =
    "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: c}\n  data:\n    host: ~\n";
  const replacements = [
    { source: { kind: "Widget", fieldPath: "spec.m" }, targets: [{ select: { kind: "ConfigMap" }, fieldPaths: ["data.host"] }] },
  ];
  const { "w.yaml": source = "" } = widget("  m: {a: b}\n");
  expect(build({ resources: ["l.yaml"], replacements }, { "l.yaml": `${list}---\n${source}` })).toContain('  host: ""\n');
});

test("a name that a patch brings in quotes loses them to the one that it replaces", () => {
  const patch = `${head.replace("name: w", "name: '5'")}`;
  const patches = [{ target: { kind: "Widget" }, patch, options: { allowNameChange: true } }];
  expect(build({ resources: ["w.yaml"], patches }, { "w.yaml": head })).toContain("  name: 5\n");
  expect(build({ resources: ["w.yaml"], patches }, { "w.yaml": head.replace("name: w", "name: 'w'") })).toContain(
    '  name: "5"\n',
  );
});

test("a number that a replacement sets over a name is a number once a merge patch has set the name anew, and no JSON patch followed", () => {
  const replacements = [
    { sourceValue: "5", targets: [{ select: { kind: "Widget" }, fieldPaths: ["metadata.name", "metadata.namespace"] }] },
  ];
  const target = { kind: "Widget" };
  const merge = { target, patch: head.replace("name: w", "name: any") };
  const json = { target, patch: '[{"op": "add", "path": "/a", "value": 1}]' };
  const files = { "w.yaml": head.replace("name: w", "name: w, namespace: ns") };
  const built = (...patches: object[]): string => build({ resources: ["w.yaml"], patches, replacements }, files);
  expect(built()).toContain('  name: "5"\n  namespace: "5"\n');
  expect(built(merge)).toContain("  name: 5\n  namespace: 5\n");
  expect(built(merge, json)).toContain('  name: "5"\n  namespace: "5"\n');
  const renamed = { ...merge, options: { allowNameChange: true } };
  expect(built(renamed)).toContain("  name: 5\n  namespace: 5\n");
  const { target: _none, ...byId } = renamed;
  const patch = head.replace("name: w", "name: w, namespace: ns");
  expect(built({ ...byId, patch })).toContain('  name: "5"\n  namespace: 5\n');
});

test("a merged ConfigMap has the generator's name without a tag", () => {
  const files = { "c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n" };
  const replacements = [{ sourceValue: "5", targets: [{ select: { name: "c" }, fieldPaths: ["metadata.name"] }] }];
  const configMapGenerator = [{ name: "c", behavior: "merge", literals: ["d=e"] }];
  expect(build({ resources: ["c.yaml"], configMapGenerator, replacements }, files)).toContain("  name: 5\n");
});

test("a label that a step made stays quoted where YAML 1.1 tools would misread it, one that was there keeps its style", () => {
  const targets = [{ fieldPath: "metadata/labels/app", selector: { kind: "Widget" } }];
  const transformers = [plugin("ValueAddTransformer", { value: "5", targets })];
  const kustomization = { resources: ["w.yaml"], commonLabels: { app: "5" }, transformers };
  expect(build(kustomization, { "w.yaml": head })).toContain('    app: "5"\n');
  expect(build(kustomization, { "w.yaml": head.replace("name: w", "name: w, labels: {app: web}") })).toContain("    app: 5\n");
});

test("a null is a namespace that is set already, where a namespace is set only if there is none", () => {
  const transformers = [namespaceTransformer("n", "spec/ns", { unsetOnly: true })];
  const built = (text: string): string =>
    build(
      { resources: ["w.yaml"], transformers },
      { "w.yaml": `${head.replace("name: w", `name: w, namespace: ${text}`)}spec: {ns: ${text}}\n` },
    );
  expect(built("null")).toContain('  namespace: null\nspec:\n  ns: "null"\n');
  expect(built("~")).toContain('  namespace: null\nspec:\n  ns: "~"\n');
  expect(built("")).toContain('  namespace: "n"\nspec:\n  ns: "n"\n');
});

test("what a merge patch sets anew in an id loses its tag, though the patch replaces the whole resource", () => {
  const files = { "w.yaml": head.replace("name: w", "name: !!str 5, namespace: ''") };
  const target = { kind: "Widget" };
  expect(build({ resources: ["w.yaml"] }, files)).toContain('  name: "5"\n  namespace: ""\n');
  const built = build({ resources: ["w.yaml"], patches: [{ target, patch: `${head}$patch: replace\n` }] }, files);
  expect(built).toContain("  name: 5\n");
  expect(built).not.toContain("namespace");
});

test("a namespace that reads as a boolean is quoted by the second merge patch", () => {
  const files = { "w.yaml": head.replace("name: w", "name: w, namespace: true") };
  const patch = { target: { kind: "Widget" }, patch: head };
  expect(build({ resources: ["w.yaml"], patches: [patch] }, files)).toContain("  namespace: true\n");
  expect(build({ resources: ["w.yaml"], patches: [patch, patch] }, files)).toContain('  namespace: "true"\n');
});

test("what a generator makes is in quotes where it reads as a number, and stays so under another text", () => {
  const configMapGenerator = [{ name: "5", literals: ["k=7"], options: { disableNameSuffixHash: true } }];
  expect(build({ configMapGenerator, nameSuffix: "e3" })).toContain('  name: "5e3"\n');
  const targets = [{ fieldPath: "data/k", selector: { kind: "ConfigMap" } }];
  const transformers = [plugin("ValueAddTransformer", { value: "8", targets })];
  expect(build({ configMapGenerator, transformers })).toContain('  k: "8"\n');
});

test("a text over a quoted number leaves the quotes to what is set over it next", () => {
  const patch = (a: string): object => ({ patch: `${head}spec: {a: ${a}}\n` });
  const replacements = [{ sourceValue: "text", targets: [{ select: { kind: "Widget" }, fieldPaths: ["spec.a"] }] }];
  const files = {
    "base/kustomization.yaml": JSON.stringify({ resources: ["../w"], patches: [patch("1.0")], replacements }),
    "w/kustomization.yaml": "resources: [w.yaml]\n",
    "w/w.yaml": `${head}spec: {a: ""}\n`,
  };
  expect(build({ resources: ["base"], patches: [patch("5")] }, files)).toContain('  a: "5"\n');
  expect(failure({ resources: ["base"] }, files)).toContain("!!float");
});

test("a wrong openapi document is told of once a schema is asked for; one in braces is JSON", () => {
  const kustomization = { resources: ["w.yaml"], openapi: { path: "schema.json" } };
  const wrong = { "schema.json": '{"definitions": [' };
  const account = { "w.yaml": "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: s}\n" };
  expect(failure(kustomization, { ...widget("  a: b\n"), ...wrong })).toContain("invalid schema file");
  expect(build(kustomization, { ...account, ...wrong })).toContain("kind: ServiceAccount\n");
  expect(failure({ ...kustomization, resources: ["missing.yaml"] }, wrong)).toContain("missing.yaml");
  expect(build(kustomization, { ...widget("  a: b\n"), "schema.json": '{"definitions": {"a\u0085": {}}}' })).toContain(
    "  a: b\n",
  );
});

test("the texts of a list's items are in quotes, also those that begin with a tab", () => {
  const item = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data: { k: "\ta\nb" } };
  const files = { "l.yaml": JSON.stringify({ apiVersion: "v1", kind: "ConfigMapList", items: [item] }) };
  expect(build({ resources: ["l.yaml"] }, files)).toContain('  k: "\\ta\\nb"\n');
});

test("an origin keeps a space that no YAML knows as one", () => {
  const transformers = [plugin("NamespaceTransformer", { metadata: { name: "t\u00a0", namespace: "n" }, fieldSpecs: [] })];
  const kustomization = { resources: ["w.yaml"], transformers, buildMetadata: ["transformerAnnotations"] };
  expect(build(kustomization, { "w.yaml": head })).toContain("name: t\u00a0\n");
});

test("metadata that are a text are told where the build's notes are taken out", () => {
  const files = { "w.yaml": "apiVersion: example.com/v1\nkind: WidgetList\nmetadata: text\n" };
  expect(failure({ resources: ["w.yaml"] }, files)).toContain("failed to clean up origin tracking annotations: wrong node kind");
  expect(
    build({ resources: ["w.yaml"], buildMetadata: ["originAnnotations", "transformerAnnotations"] }, { "w.yaml": head }),
  ).toContain("kind: Widget");
});
