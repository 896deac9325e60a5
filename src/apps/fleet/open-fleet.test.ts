import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { diffFleets } from "../../core/impact/fleet-diff.js";
import { openFleet } from "./open-fleet.js";

let directory = "";
const git = (...args: string[]): string =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
    cwd: directory,
    encoding: "utf8",
  }).trim();
const write = (files: Readonly<Record<string, string>>): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(directory, dirname(path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
};
const commit = (files: Readonly<Record<string, string>> = {}): string => {
  write(files);
  git("add", "-A");
  git("commit", "-qm", "change");
  return git("rev-parse", "HEAD");
};
const config = (value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {value: "${value}"}\n`;
const repoURL = "https://git.example.com/fleet.git";
const application = (name: string): string => `---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}, namespace: argocd}
spec:
  project: default
  source: {repoURL: "${repoURL}", targetRevision: HEAD, path: apps/${name}}
  destination: {server: https://kubernetes.default.svc, namespace: shop}
`;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "fleetwright-open-fleet-"));
  git("init", "-q", "-b", "main", ".");
  git("remote", "add", "origin", repoURL);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** The effects of each step, in a process that goes on and in a fresh one that starts from what the other kept. */
async function effects(commits: readonly string[]): Promise<readonly (readonly string[])[]> {
  const found: string[][] = [];
  for (const isWarm of [false, true]) {
    const env = { XDG_CACHE_HOME: join(directory, ".git", isWarm ? "warm" : "cold") };
    for (const [at, to] of commits.slice(1).entries()) {
      const fleet = await openFleet({ directory, repos: [], note: () => {}, env });
      const before = await fleet.at(commits[at]!);
      const changes = diffFleets(before, await fleet.at(to), { secretKey: "k" });
      const words = changes.map(({ name, effect }) => `${name} ${effect}`);
      if (isWarm) expect(words).toEqual(found[at]);
      else found[at] = words;
      fleet.close();
    }
  }
  return found;
}

test("a file behind a symbolic link is read where it is: its change and the link's own are seen", async () => {
  write({ "apps.yaml": application("cart") + application("mail"), "shared/c.yaml": config("1"), "other/c.yaml": config("1") });
  write({ "apps/cart/kustomization.yaml": "resources: [base/c.yaml]\n", "apps/mail/c.yaml": config("1") });
  symlinkSync("../../shared", join(directory, "apps/cart/base"));
  const commits = [commit(), commit({ "shared/c.yaml": config("2") })];
  unlinkSync(join(directory, "apps/cart/base"));
  symlinkSync("../../other", join(directory, "apps/cart/base"));
  commits.push(commit(), commit({ "README.md": "words\n" }), commit({ "shared/c.yaml": config("9") }));
  const [changed, retargeted, ...nothing] = await effects(commits);
  expect(nothing).toEqual([[], []]);
  expect([changed, retargeted]).toEqual([["cart changed"], ["cart changed"]]);
});

test("an overlay that is broken at one revision is an error of its Application there; the rest stands", async () => {
  const overlay = (name: string): string => `namePrefix: ${name}-\nresources: [c.yaml]\n`;
  const commits = [
    commit({
      "apps.yaml": application("cart") + application("mail"),
      "apps/cart/kustomization.yaml": overlay("a"),
      "apps/cart/c.yaml": config("1"),
      "apps/mail/kustomization.yaml": overlay("a"),
      "apps/mail/c.yaml": config("1"),
    }),
    commit({ "apps/cart/kustomization.yaml": "resources: [gone.yaml]\n", "apps/mail/c.yaml": config("2") }),
    commit({ "apps/cart/kustomization.yaml": overlay("b") }),
  ];
  expect(await effects(commits)).toEqual([["cart error", "mail changed"], ["cart error"]]);
});

test("a file beside what is rendered is nothing that the Application read", async () => {
  const commits = [
    commit({
      "apps.yaml": application("cart"),
      "apps/cart/kustomization.yaml": "resources: [c.yaml]\n",
      "apps/cart/c.yaml": config("1"),
      "apps/cart/README.md": "words\n",
    }),
    commit({ "apps/cart/README.md": "other words\n" }),
    commit({ "apps/cart/c.yaml": `${config("1")}# a comment\n` }),
  ];
  expect(await effects(commits)).toEqual([[], ["cart unchanged"]]);
});

test("a chart's value file outside of the chart, a file that appears and a file that was named in vain are all seen", async () => {
  const chart = {
    "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "charts/web/templates/c.yaml":
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {value: {{ .Values.value | quote }}}\n",
    "values/prod.yaml": "value: one\n",
  };
  const source =
    "path: charts/web, helm: {ignoreMissingValueFiles: true, valueFiles: [../../values/prod.yaml, ../../values/late.yaml]}";
  const commits = [
    commit({ ...chart, "apps.yaml": application("web").replace("path: apps/web", source) }),
    commit({ "values/prod.yaml": "value: two\n" }),
    commit({ "values/late.yaml": "value: three\n" }),
    commit({ "values/other.yaml": "value: four\n" }),
  ];
  expect(await effects(commits)).toEqual([["web changed"], ["web changed"], []]);
});
