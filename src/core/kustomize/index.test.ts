import { expect, test } from "vitest";
import { recordReads } from "../render/recording-tree.js";
import { buildKustomization, type KustomizeOptions, KustomizeSession, memoryTree } from "./index.js";

function build(files: Readonly<Record<string, string>>, directory = "", options: KustomizeOptions = {}): string {
  const result = buildKustomization(memoryTree(files), directory, options);
  if (result.kind !== "built") throw new Error("it has needs");
  return result.yaml();
}

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
      - name: main
        image: "nginx:1"
        envFrom:
        - configMapRef: {name: settings}
`;

test("an overlay renames, and references follow to the hashed name", () => {
  const output = build(
    {
      "base/kustomization.yaml": "resources: [web.yaml]\nconfigMapGenerator: [{name: settings, literals: [a=b]}]",
      "base/web.yaml": deployment,
      "prod/kustomization.yaml": "resources: [../base]\nnamePrefix: prod-\nimages: [{name: nginx, newTag: '2'}]",
    },
    "prod",
  );
  expect(output).toContain("name: prod-settings-4h2mbtbbt6");
  expect(output).toContain("image: nginx:2");
});

test("a patch over a quoted value stays quoted, over a plain one it does not", () => {
  const widget = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec:\n  quoted: 'x'\n  plain: x\n";
  const patch = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {quoted: 5, plain: 5}";
  const output = build({
    "kustomization.yaml": JSON.stringify({ resources: ["w.yaml"], patches: [{ patch }] }),
    "w.yaml": widget,
  });
  expect(output).toContain('  plain: 5\n  quoted: "5"\n');
});

test("a label that one step put into several places changes in all of them when one is overwritten", () => {
  const files = {
    "base/kustomization.yaml": "resources: [web.yaml]\nlabels: [{pairs: {env: base}, includeTemplates: true}]",
    "base/web.yaml": deployment,
    "over/kustomization.yaml": "resources: [../base]\nlabels: [{pairs: {env: over}}]",
  };
  expect(build(files, "over").match(/env: over/g)).toHaveLength(2);
});

test("an empty null goes when a patch merges into its map, a written one stays", () => {
  const widget = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec:\n  empty:\n  written: null\n";
  const patch = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {a: 1}";
  const output = build({
    "kustomization.yaml": JSON.stringify({ resources: ["w.yaml"], patches: [{ patch }] }),
    "w.yaml": widget,
  });
  expect(output).toContain("spec:\n  a: 1\n  written: null\n");
});

test("a number in quotes that a patch with a target brought stays quoted when another patch sets it plain", () => {
  const patch = "kind: Deployment\napiVersion: apps/v1\nmetadata: {name: web, labels: {build: 5}}\n";
  const base = deployment.replace("  name: web\n", "  name: web\n  labels: {a: b}\n");
  const output = build({
    "kustomization.yaml": JSON.stringify({
      resources: ["web.yaml"],
      patches: [{ target: { kind: "Deployment" }, patch }, { patch }],
    }),
    "web.yaml": base,
  });
  expect(output).toContain('build: "5"');
});

test("a resource that a patch deletes is gone although the build notes its transformers", () => {
  const output = build({
    "kustomization.yaml": JSON.stringify({
      resources: ["web.yaml"],
      patches: [{ patch: "$patch: delete\nkind: Deployment\napiVersion: apps/v1\nmetadata: {name: web}\n" }],
      buildMetadata: ["managedByLabel", "transformerAnnotations"],
    }),
    "web.yaml": deployment,
  });
  expect(output).toBe("");
});

test("overlays of one session share a base, and see it change with the tree", () => {
  const session = new KustomizeSession();
  const files = (image: string): Readonly<Record<string, string>> => ({
    "base/kustomization.yaml": "resources: [web.yaml]",
    "base/web.yaml": deployment.replace("nginx:1", image),
    "a/kustomization.yaml": "resources: [../base]\nnamePrefix: a-",
    "b/kustomization.yaml": "resources: [../base]\nnamePrefix: b-",
  });
  expect(build(files("nginx:1"), "a", { session })).toContain("name: a-web");
  expect(build(files("nginx:1"), "b", { session })).toContain("name: b-web");
  expect(build(files("nginx:9"), "b", { session })).toContain("image: nginx:9");
});

test("a shared base is still recorded among what the build read", () => {
  const session = new KustomizeSession();
  const files = {
    "base/kustomization.yaml": "resources: [web.yaml]",
    "base/web.yaml": deployment,
    "a/kustomization.yaml": "resources: [../base]",
  };
  for (let round = 0; round < 2; round++) {
    const { tree, readSet } = recordReads(memoryTree(files));
    buildKustomization(tree, "a", { session });
    expect([...readSet().files.keys()]).toContain("base/web.yaml");
  }
});

test("remote bases come back as needs where they are allowed, and are an error where they are not", () => {
  const tree = memoryTree({
    "kustomization.yaml": "resources: ['https://github.com/org/repo//deploy?ref=v1', 'https://example.com/x.yaml']",
  });
  const result = buildKustomization(tree, "", { allowRemote: true });
  expect(result).toMatchObject({
    kind: "needs",
    needs: [
      { kind: "git", url: "https://github.com/org/repo", ref: "v1", path: "deploy" },
      { kind: "file", url: "https://example.com/x.yaml" },
    ],
  });
  expect(() => buildKustomization(tree, "")).toThrowError(expect.objectContaining({ code: "KUSTOMIZE_REMOTE" }));
});

test("a remote base that was fetched is built from its own tree", () => {
  const tree = memoryTree({ "kustomization.yaml": "resources: ['https://github.com/org/repo//deploy?ref=v1']\nnamePrefix: r-" });
  const first = buildKustomization(tree, "", { allowRemote: true });
  const key = first.kind === "needs" ? first.needs[0]!.key : "";
  const fetched = memoryTree({ "deploy/kustomization.yaml": "resources: [web.yaml]", "deploy/web.yaml": deployment });
  const result = buildKustomization(tree, "", { allowRemote: true, remotes: new Map([[key, fetched]]) });
  expect(result.kind === "built" && result.yaml()).toContain("name: r-web");
});

test("a patch whose target matches nothing is a warning and changes nothing", () => {
  const patch = '[{"op": "remove", "path": "/spec"}]';
  const kustomization = JSON.stringify({ resources: ["web.yaml"], patches: [{ target: { kind: "StatefulSet" }, patch }] });
  const result = buildKustomization(memoryTree({ "kustomization.yaml": kustomization, "web.yaml": deployment }), "");
  expect(result.kind === "built" && result.warnings).toEqual([
    expect.objectContaining({ kind: "noEffect", file: "kustomization.yaml" }),
  ]);
});

test("warnings are heard also where the build fails, those of a shared base included", () => {
  const tree = memoryTree({
    "base/kustomization.yaml": "commonLabels: {a: b}\nresources: [missing.yaml]\n",
    "overlay/kustomization.yaml": "bases: [../base]\n",
  });
  const heard: string[] = [];
  const onWarning: KustomizeOptions["onWarning"] = ({ file }) => heard.push(file);
  expect(() => buildKustomization(tree, "overlay", { onWarning })).toThrow("missing.yaml");
  expect(heard).toEqual(["overlay/kustomization.yaml", "base/kustomization.yaml"]);
});

test("Argo CD's options are laid over the target kustomization as kustomize edit would write them", () => {
  const files = { "kustomization.yaml": "resources: [web.yaml]\nimages: [{name: nginx, newTag: old}]", "web.yaml": deployment };
  const output = build(files, "", {
    overrides: {
      namePrefix: "x-",
      images: ["nginx=mirror/nginx:7"],
      commonLabels: { team: "a" },
      labelWithoutSelector: true,
      replicas: [{ name: "web", count: 3 }],
    },
  });
  expect(output).toContain("image: mirror/nginx:7");
  expect(output).toContain("  labels:\n    team: a\n  name: x-web\n");
  expect(output).toContain("replicas: 3");
});

test("the time of a directory grows with its size, not with its square", () => {
  const files = (count: number): Readonly<Record<string, string>> => ({
    "kustomization.yaml": "resources: [all.yaml]\nnamePrefix: p-\nnamespace: shop\ncommonLabels: {a: b}\n",
    "all.yaml": Array.from({ length: count }, (_, index) => deployment.replace("name: web", `name: web-${index}`)).join("---\n"),
  });
  const time = (count: number): number => {
    const started = performance.now();
    build(files(count));
    return performance.now() - started;
  };
  time(200);
  expect(time(1600)).toBeLessThan(Math.max(time(200), 20) * 40);
});
