import { expect, test } from "vitest";
import { utf8DecodeLossy } from "../../platform/bytes.js";
import { InputError } from "../errors.js";
import { asObject } from "../manifest/object.js";
import { objectAt, stringAt } from "../manifest/value.js";
import { memoryTree } from "../render/memory-tree.js";
import { parseYaml } from "../yaml/parse.js";
import { diffFleets } from "./fleet-diff.js";
import type { RenderApplication } from "./fleet-state.js";
import { FleetWorkspace } from "./workspace.js";

const repoURL = "https://git.example.com/fleet.git";

const services = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: services, namespace: argocd}
spec:
  generators:
    - git:
        repoURL: ${repoURL}
        revision: HEAD
        directories: [{path: apps/*}]
  template:
    metadata: {name: "{{path.basename}}"}
    spec:
      project: default
      source: {repoURL: ${repoURL}, targetRevision: HEAD, path: "{{path}}"}
      destination: {server: https://kubernetes.default.svc, namespace: shop}
`;

/** Renders the one file `config.yaml` of a source's path. */
function workspace(): { readonly workspace: FleetWorkspace; readonly rendered: string[] } {
  const rendered: string[] = [];
  const render: RenderApplication = (application, treeFor) => {
    const source = objectAt(application.spec, "source");
    const path = `${stringAt(source, "path")}/config.yaml`;
    rendered.push(path);
    const file = treeFor(stringAt(source, "repoURL"), "HEAD")?.read(path);
    if (!file) throw new InputError(`${path} is not there`, { code: "TEST_MISSING" });
    return { manifests: [asObject(parseYaml(utf8DecodeLossy(file.bytes), { dialect: "kubernetes" }))], warnings: [] };
  };
  return {
    rendered,
    workspace: new FleetWorkspace({ render, checkoutUrls: () => (url) => url === repoURL, otherTree: () => undefined }),
  };
}

const config = (value: string): string => `{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {value: "${value}"}}`;
const files = { "sets.yaml": services, "apps/cart/config.yaml": config("1"), "apps/search/config.yaml": config("1") };

test("a move renders exactly what it touches and keeps the rest as the same objects", () => {
  const { workspace: fleet, rendered } = workspace();
  const before = fleet.moveTo(memoryTree(files));
  expect(rendered.splice(0)).toEqual(["apps/cart/config.yaml", "apps/search/config.yaml"]);
  const after = fleet.moveTo(memoryTree({ ...files, "apps/cart/config.yaml": config("2") }), ["apps/cart/config.yaml"]);
  expect(rendered).toEqual(["apps/cart/config.yaml"]);
  expect(after.applications.get("argocd/search")?.render).toBe(before.applications.get("argocd/search")?.render);
  const changes = diffFleets(before, after, { secretKey: "k" });
  expect(changes.map((change) => [change.name, change.effect, change.resources[0]?.fields[0]?.path])).toEqual([
    ["cart", "changed", "data.value"],
  ]);
});

test("a folder that appears makes its Application appear, one that goes makes it vanish", () => {
  const { workspace: fleet } = workspace();
  const before = fleet.moveTo(memoryTree(files));
  const { "apps/cart/config.yaml": gone, ...rest } = files;
  const after = fleet.moveTo(memoryTree({ ...rest, "apps/ledger/config.yaml": gone }), [
    "apps/cart/config.yaml",
    "apps/ledger/config.yaml",
  ]);
  expect(diffFleets(before, after, { secretKey: "k" }).map((change) => [change.name, change.effect])).toEqual([
    ["cart", "removed"],
    ["ledger", "added"],
  ]);
});

test("a file that is written otherwise and renders the same is touched without effect", () => {
  const { workspace: fleet } = workspace();
  const before = fleet.moveTo(memoryTree(files));
  const after = fleet.moveTo(memoryTree({ ...files, "apps/cart/config.yaml": `# comment\n${config("1")}` }), [
    "apps/cart/config.yaml",
  ]);
  expect(diffFleets(before, after, { secretKey: "k" }).map((change) => [change.name, change.effect])).toEqual([
    ["cart", "unchanged"],
  ]);
});

test("an Application that cannot be rendered is an error of its own; the others stand", () => {
  const { workspace: fleet } = workspace();
  const before = fleet.moveTo(memoryTree(files));
  const { "apps/cart/config.yaml": gone, ...rest } = files;
  const after = fleet.moveTo(memoryTree({ ...rest, "apps/cart/notes.txt": gone }), [
    "apps/cart/config.yaml",
    "apps/cart/notes.txt",
  ]);
  const changes = diffFleets(before, after, { secretKey: "k" });
  expect(changes.map((change) => [change.name, change.effect, change.error?.code])).toEqual([["cart", "error", "TEST_MISSING"]]);
});

test("two Applications of one name are a finding; the first one counts", () => {
  const { workspace: fleet } = workspace();
  const handWritten = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: cart, namespace: argocd}
spec: {source: {repoURL: ${repoURL}, path: apps/search}}
`;
  const { problems, applications } = fleet.moveTo(memoryTree({ ...files, "naive.yaml": handWritten }));
  expect(problems.map(({ error }) => [error.code, error.location?.file])).toEqual([["IMPACT_DUPLICATE", "naive.yaml"]]);
  expect(applications.get("argocd/cart")?.origin.kind).toBe("applicationSet");
});
