import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Recorded, recordedRun } from "../../../test/recorded-run.js";

const directory = mkdtempSync(join(tmpdir(), "fleetwright-explain-"));
const config = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {value: old}\n`;
const files = {
  "apps.yaml":
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web, namespace: argocd}\nspec: {project: default, source: {repoURL: https://git.example.com/fleet.git, path: web}, destination: {server: https://kubernetes.default.svc}}\n",
  "web/kustomization.yaml": "resources: [a.yaml, b.yaml, account.yaml]\n",
  "web/a.yaml": config("a"),
  "web/b.yaml": config("b"),
  "web/account.yaml": "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n",
};
beforeAll(() => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(directory, dirname(path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  execFileSync("git", ["-C", directory, "init", "-q", "-b", "main", "."]);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const explain = (resource: string): Promise<Recorded> =>
  recordedRun(["explain", "web", resource], directory, { XDG_CACHE_HOME: join(directory, ".git") });

test("a kind without a name is the only resource of that kind", async () => {
  const { code, out } = await explain("serviceaccount");
  expect([code, out]).toEqual([0, expect.stringContaining("ServiceAccount/web  web/account.yaml:3")]);
});

test("a kind of which there are more lists these", async () => {
  const { code, err } = await explain("ConfigMap");
  expect([code, err]).toEqual([2, expect.stringContaining("web renders 2 of kind ConfigMap (ConfigMap/a, ConfigMap/b)")]);
});

test("a kind that is not rendered lists what is", async () => {
  const { code, err } = await explain("Deployment");
  expect([code, err]).toEqual([2, expect.stringContaining("no Deployment (ServiceAccount/web, ConfigMap/a, ConfigMap/b)")]);
});
