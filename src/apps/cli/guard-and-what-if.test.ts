import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Recorded, recordedRun } from "../../../test/recorded-run.js";

const directory = mkdtempSync(join(tmpdir(), "fleetwright-guard-"));
const cluster = (name: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${name}\n  labels: {argocd.argoproj.io/secret-type: cluster}\n  annotations: {zone: ${name}.example.com}\nstringData: {name: ${name}, server: https://${name}.example.com}\n`;
const config = (value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {value: ${value}}\n`;
const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: web, namespace: argocd}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators: [{clusters: {selector: {matchLabels: {argocd.argoproj.io/secret-type: cluster}}}}]
  template:
    metadata: {name: "web-{{ .name }}", annotations: {zone: "{{ .metadata.annotations.zone }}"}}
    spec:
      project: default
      source: {repoURL: https://git.example.com/fleet.git, targetRevision: HEAD, path: web}
      destination: {server: "{{ .server }}", namespace: web}
`;
const git = (...args: string[]): void =>
  void execFileSync("git", ["-C", directory, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args]);
const write = (files: Readonly<Record<string, string>>): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(directory, dirname(path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
};
beforeAll(() => {
  git("init", "-q", "-b", "main", ".");
  write({
    "set.yaml": set,
    "clusters/east.yaml": cluster("east"),
    "clusters/west.yaml": cluster("west"),
    "web/c.yaml": config("old"),
    "fleetwright.yaml": "budgets: [{name: all, max: {clusters: 1}}]\n",
  });
  git("add", "-A");
  git("commit", "-qm", "fleet");
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const run = (...args: readonly string[]): Promise<Recorded> =>
  recordedRun(args, directory, { XDG_CACHE_HOME: join(directory, ".git") });

test("the guard names the clusters of a change by their URLs", async () => {
  write({ "web/c.yaml": config("new") });
  const { code, err } = await run("impact", "--worktree", "--guard");
  expect(code).toBe(1);
  expect(err).toContain("all: clusters is 2, at most 1 is allowed (https://east.example.com, https://west.example.com)");
});

test("a change that misspells a budget is refused, though the budgets of before are what holds it", async () => {
  write({ "web/c.yaml": config("old"), "fleetwright.yaml": "budgets: [{name: all, max: {clusers: 1}}]\n" });
  const { code, err } = await run("impact", "--worktree", "--guard");
  expect([code, err]).toEqual([2, expect.stringContaining("clusers")]);
  write({ "fleetwright.yaml": "budgets: [{name: all, max: {clusters: 1}}]\n" });
});

test("a new cluster brings labels and annotations; without what a template asks for the set says so", async () => {
  const added = await run("what-if", "--add-cluster", "north=https://north.example.com,env=dev,annotation:zone=n");
  expect([added.code, added.out]).toEqual([1, expect.stringMatching(/^\+ web-north {2}1 resources$/m)]);
  const without = await run("what-if", "--add-cluster", "north=https://north.example.com,env=dev");
  expect(without.out).toMatch(/^! ApplicationSet argocd\/web /m);
});

test.each([
  ["east=https://other.example.com", "there is a cluster east already"],
  ["north=https://north.example.com,env", "env is not of the form KEY=VALUE"],
  ["north", "not of the form NAME=SERVER"],
])("--add-cluster %s is an error", async (text, message) => {
  const { code, err } = await run("what-if", "--add-cluster", text);
  expect([code, err]).toEqual([2, expect.stringContaining(message)]);
});
