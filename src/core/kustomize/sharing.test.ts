import { expect, test } from "vitest";
import { buildKustomization, KustomizeSession, memoryTree } from "./index.js";

const base = {
  "base/kustomization.yaml": "resources: [app.yaml]\nconfigMapGenerator:\n- name: settings\n  literals: [a=1]\n",
  "base/app.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    spec:
      containers:
      - name: main
        image: nginx:1
        env: [{name: A, value: "1"}, {name: B, value: "2"}]
        envFrom: [{configMapRef: {name: settings}}]
      - name: side
        image: busybox:1
`,
  "parts/kustomization.yaml":
    'kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\npatches:\n- path: patch.yaml\n- target: {kind: Deployment}\n  patch: \'[{"op": "add", "path": "/spec/paused", "value": true}]\'\n',
  "parts/patch.yaml":
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec: {template: {spec: {containers: [{name: side, image: 'busybox:2'}, {name: new, image: x}]}}}\n",
};

function overlay(region: string): string {
  return `resources: [../base]\ncomponents: [../parts]\nnamePrefix: ${region}-\nlabels: [{pairs: {region: ${region}}, includeTemplates: true}]\npatches:\n- patch: |\n    {apiVersion: apps/v1, kind: Deployment, metadata: {name: app}, spec: {replicas: 2}}\n`;
}

const regions = ["eu", "us", "ap"];
const tree = memoryTree({
  ...base,
  ...Object.fromEntries(regions.map((region) => [`${region}/kustomization.yaml`, overlay(region)])),
});

function render(region: string, session?: KustomizeSession): string {
  const result = buildKustomization(tree, region, session ? { session } : {});
  return result.kind === "built" ? result.yaml() : "";
}

test("overlays that share a session print what each prints alone, in any order and again", () => {
  const alone = regions.map((region) => render(region));
  const session = new KustomizeSession();
  expect([...regions, ...regions].map((region) => render(region, session))).toEqual([...alone, ...alone]);
  expect([...regions].reverse().map((region) => render(region, new KustomizeSession()))).toEqual([...alone].reverse());
  expect(alone[0]).toContain("name: eu-settings-");
});

test("elements that a patch adds come first, those that it changes keep their values", () => {
  const images = [...render("eu").matchAll(/image: (\S+)/g)].map(([, image]) => image);
  expect(images).toEqual(["busybox:2", "x", "nginx:1"]);
});

test("a deprecated field is told of in every build that reads the file", () => {
  const session = new KustomizeSession();
  const files = { "kustomization.yaml": "bases: [b]\n", "b/kustomization.yaml": "namePrefix: a-\n" };
  const warnings = [1, 2].map(() => {
    const result = buildKustomization(memoryTree(files), "", { session });
    return result.kind === "built" ? result.warnings.map(({ message }) => message) : [];
  });
  expect(warnings[0]).toHaveLength(1);
  expect(warnings[1]).toEqual(warnings[0]);
});
