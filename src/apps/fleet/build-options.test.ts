import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { commitFiles, gitIn } from "../../../test/clone-commits.js";
import { recordedRun } from "../../../test/recorded-run.js";

const repoURL = "https://git.example.com/fleet.git";
let directory = "";
const git = (...args: string[]): void => gitIn(directory, ...args);
const commit = (files: Readonly<Record<string, string>>): void => commitFiles(directory, files);
const run = (...args: string[]): ReturnType<typeof recordedRun> =>
  recordedRun([...args, "--offline"], directory, { XDG_CACHE_HOME: join(directory, ".git") });

const fleet = {
  "apps/web.yaml": `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: "${repoURL}", targetRevision: HEAD, path: web}
  destination: {server: https://kubernetes.default.svc, namespace: web}
`,
  "web/kustomization.yaml": "helmGlobals: {chartHome: ../charts}\nhelmCharts: [{name: c, releaseName: made}]\n",
  "charts/c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
  "charts/c/values.yaml": "{}\n",
  "charts/c/templates/map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {a: b}\n",
};
const settings = (options: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm, namespace: argocd}\ndata: {kustomize.buildOptions: "${options}"}\n`;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "fleetwright-options-"));
  git("init", "-q", "-b", "main", ".");
  commit(fleet);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("argocd-cm of the tree says how Kustomize builds, at each revision what stands there", { timeout: 240_000 }, async () => {
  expect(await run("render", "web")).toMatchObject({ code: 2, err: expect.stringContaining("--enable-helm") });
  commit({ "argocd/argocd-cm.yaml": settings("--enable-helm --load-restrictor LoadRestrictionsNone") });
  expect(await run("render", "web")).toMatchObject({ code: 0, out: expect.stringContaining("name: made") });
  const impact = await run("impact", "-o", "json");
  expect(JSON.parse(impact.out).applications).toMatchObject([
    { name: "web", effect: "error", reasons: [{ path: "argocd/argocd-cm.yaml", through: [] }] },
  ]);
  // The fleet that another process kept is rendered as it was.
  expect(await run("explain", "web", "ConfigMap/made", "data.a")).toMatchObject({
    code: 0,
    out: expect.stringContaining("charts/c/templates/map.yaml:4"),
  });
  expect(await run("render", "web", "--revision", "HEAD~1")).toMatchObject({ code: 2 });
});

test("values of the chart argo-cd say it too, and fleetwright.yaml has the last word", { timeout: 240_000 }, async () => {
  commit({
    "argocd/values.yaml":
      'argo-cd: {configs: {cm: {kustomize.buildOptions: "--enable-helm --load-restrictor LoadRestrictionsNone"}}}\n',
  });
  expect(await run("render", "web")).toMatchObject({ code: 0 });
  commit({ "fleetwright.yaml": 'kustomize: {buildOptions: ""}\n' });
  expect(await run("render", "web")).toMatchObject({ code: 2 });
});

test("files that say different things are told; the first one counts", { timeout: 240_000 }, async () => {
  commit({
    "a/argocd-cm.yaml": settings("--enable-helm --load-restrictor LoadRestrictionsNone"),
    "b/argocd-cm.yaml": settings("--enable-alpha-plugins"),
  });
  expect(await run("impact")).toMatchObject({ err: expect.stringContaining("in a/argocd-cm.yaml and ") });
  expect(await run("render", "web")).toMatchObject({ code: 0 });
});

test("a field of kustomize that is not known is an error with its file", { timeout: 240_000 }, async () => {
  commit({ "fleetwright.yaml": "kustomize: {buildOption: x}\n" });
  expect(await run("at", "HEAD")).toMatchObject({ code: 2, err: expect.stringContaining("fleetwright.yaml") });
});
