import { describe, expect, test } from "vitest";
import { utf8DecodeLossy } from "../../platform/bytes.js";
import { buildKustomization } from "../kustomize/index.js";
import { asValue } from "../manifest/object.js";
import type { FileTree } from "../render/file-tree.js";
import { memoryTree } from "../render/memory-tree.js";
import { editedTree } from "./edited-tree.js";
import { explainField, type FieldStep } from "./explain-field.js";
import { parseFieldPath, valueAt } from "./field-path.js";
import { findResource, sameResource } from "./find-resource.js";

const files = {
  "base/kustomization.yaml": `resources:
  - deployment.yaml
configMapGenerator:
  - name: settings
    literals:
      - LEVEL=info
      - PORT=8080
`,
  "base/deployment.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  paused: false
  minReadySeconds: 7
  template:
    spec:
      containers:
        - name: app
          image: example.com/web:latest
          env:
            - {name: LEVEL, value: info}
`,
  "component/kustomization.yaml": `apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
  - target: {kind: Deployment}
    patch: |-
      - op: add
        path: /spec/progressDeadlineSeconds
        value: 120
`,
  "prod/kustomization.yaml": `resources:
  - ../base
components:
  - ../component
namePrefix: prod-
labels:
  - pairs:
      env: prod
images:
  - name: example.com/web
    newTag: 1.1.5
replicas:
  - name: web
    count: 8
patches:
  - path: patch.yaml
  - target: {kind: Deployment}
    patch: |-
      - op: replace
        path: /spec/paused
        value: true
configMapGenerator:
  - name: settings
    behavior: merge
    literals:
      - LEVEL=warn
`,
  "prod/patch.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 8
  template:
    spec:
      containers:
        - name: app
          env:
            - name: LEVEL
              value: error
`,
};

const tree = memoryTree(files);

const render = (from: FileTree) => {
  const result = buildKustomization(from, "prod");
  return result.kind === "built" ? result.resources : [];
};

function ask(resource: string, field: string) {
  const manifests = render(tree);
  const object = findResource(manifests, resource)!;
  const path = parseFieldPath(field, asValue(object))!;
  const question = { render, files: Object.keys(files), find: sameResource(object, manifests), path };
  return { question, value: valueAt(asValue(object), path), steps: explainField(question, tree, "prod") };
}

const told = (step: FieldStep | undefined) =>
  step && `${step.value} ${step.writer?.file}:${step.writer?.line} ${step.by}${step.through ? ` of ${step.through}` : ""}`;

const deployment = "Deployment/prod-web";
const cases: readonly (readonly [what: string, resource: string, field: string, steps: readonly string[]])[] = [
  ["a field of the base", deployment, "spec.minReadySeconds", ["7 base/deployment.yaml:8 resource of base/kustomization.yaml:2"]],
  [
    "a strategic-merge patch over the base",
    deployment,
    "spec.template.spec.containers[name=app].env[name=LEVEL].value",
    [
      "error prod/patch.yaml:13 patches of prod/kustomization.yaml:16",
      "info base/deployment.yaml:15 resource of base/kustomization.yaml:2",
    ],
  ],
  [
    "a JSON 6902 patch",
    deployment,
    "spec.paused",
    ["true prod/kustomization.yaml:21 patches", "false base/deployment.yaml:7 resource of base/kustomization.yaml:2"],
  ],
  [
    "an image's tag",
    deployment,
    "spec.template.spec.containers[0].image",
    [
      "example.com/web:1.1.5 prod/kustomization.yaml:11 images",
      "example.com/web:latest base/deployment.yaml:13 resource of base/kustomization.yaml:2",
    ],
  ],
  [
    "replicas, though a patch says the same number",
    deployment,
    "spec.replicas",
    [
      "8 prod/kustomization.yaml:14 replicas",
      "8 prod/patch.yaml:6 patches of prod/kustomization.yaml:16",
      "2 base/deployment.yaml:6 resource of base/kustomization.yaml:2",
    ],
  ],
  ["a label", deployment, "metadata.labels.env", ["prod prod/kustomization.yaml:8 labels"]],
  [
    "a literal of a generator",
    "ConfigMap/prod-settings",
    "data.LEVEL",
    ["warn prod/kustomization.yaml:26 configMapGenerator", "info base/kustomization.yaml:6 configMapGenerator"],
  ],
  ["a number in a literal", "ConfigMap/prod-settings", "data.PORT", ["8080 base/kustomization.yaml:7 configMapGenerator"]],
  ["a component", deployment, "spec.progressDeadlineSeconds", ["120 component/kustomization.yaml:8 patches"]],
];

describe("a field is explained by the line that decides, and by those that it overrode", () => {
  test.each(cases)("%s", (_what, resource, field, steps) => {
    expect(ask(resource, field).steps.map(told)).toEqual(steps);
  });
});

test("an item that took the place of another did not override it", () => {
  const { steps } = ask(deployment, "spec.template.spec.containers[name=app].env[0].name");
  expect(steps).toHaveLength(1);
});

describe("the field changes when the named line is changed", () => {
  test.each(cases)("%s", (_what, resource, field) => {
    const { question, value, steps } = ask(resource, field);
    const { file, line } = steps[0]!.writer!;
    const lines = utf8DecodeLossy(tree.read(file)!.bytes).split("\n");
    // The last word of the line, whatever it is, becomes another of its type.
    lines[line - 1] = lines[line - 1]!.replace(/[\w.]+(?=\}?$)/, (word) =>
      word === "true" ? "false" : /^\d+$/.test(word) ? String(Number(word) + 1) : `${word}x`,
    );
    const object = question.find(render(editedTree(tree, file, lines.join("\n"))))!;
    expect(valueAt(asValue(object), question.path)).not.toEqual(value);
  });
});
