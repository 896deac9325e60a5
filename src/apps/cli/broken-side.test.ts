import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { commitFiles, gitIn } from "../../../test/clone-commits.js";
import { type Recorded, recordedRun } from "../../../test/recorded-run.js";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "fleetwright-broken-"));
  git("init", "-q", "-b", "main", ".");
  git("remote", "add", "origin", repoURL);
  commit(whole);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const repoURL = "https://git.example.com/fleet.git";
const git = (...args: string[]): void => gitIn(directory, ...args);
const commit = (files: Readonly<Record<string, string>>): void => commitFiles(directory, files);

const set = (name: string, generator: string, path: string): string => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: ${name}, namespace: argocd}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators: [${generator}]
  template:
    metadata: {name: "${name}-{{ .name }}", labels: {env: "{{ .name }}"}}
    spec:
      project: default
      source: {repoURL: "${repoURL}", targetRevision: HEAD, path: "${path}"}
      destination: {server: https://kubernetes.default.svc, namespace: "${name}-{{ .name }}"}
`;
const configMap = (name: string, value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {value: ${value}}\n`;
const files = (generator: string): string => `{git: {repoURL: "${repoURL}", revision: HEAD, files: [{path: "${generator}"}]}}`;

const whole = {
  "sets/overlays.yaml": set("web", files("envs/*.yaml"), "overlays/{{ .name }}"),
  "sets/charts.yaml": set("chart", "{list: {elements: [{name: dev}, {name: prod}]}}", "charts/{{ .name }}"),
  "envs/dev.yaml": "name: dev\n",
  "envs/prod.yaml": "name: prod\n",
  ...Object.fromEntries(
    ["dev", "prod"].flatMap((env) => [
      [`overlays/${env}/kustomization.yaml`, "resources: [config.yaml]\n"],
      [`overlays/${env}/config.yaml`, configMap("web", "old")],
      [`charts/${env}/Chart.yaml`, "apiVersion: v2\nname: c\nversion: 1.0.0\n"],
      [`charts/${env}/values.yaml`, "value: old\n"],
      [`charts/${env}/templates/c.yaml`, configMap("chart", "{{ .Values.value }}")],
    ]),
  ),
};

const breakages = {
  overlay: {
    file: { "overlays/prod/kustomization.yaml": "resources: [config.yaml, gone.yaml]\n" },
    broken: ["web-prod"],
    beside: { "overlays/dev/config.yaml": configMap("web", "new") },
    changed: "web-dev",
    error: /gone\.yaml/,
  },
  chart: {
    file: { "charts/prod/templates/c.yaml": configMap("chart", "{{ .Values.value | nothing }}") },
    broken: ["chart-prod"],
    beside: { "charts/dev/values.yaml": "value: new\n" },
    changed: "chart-dev",
    error: /nothing/,
  },
  generator: {
    file: { "envs/prod.yaml": "name: [\n" },
    broken: ["web-prod"],
    beside: { "charts/dev/values.yaml": "value: new\n" },
    changed: "chart-dev",
    error: /envs\/prod\.yaml/,
  },
  "file of an ApplicationSet": {
    file: { "sets/overlays.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: [\n" },
    broken: ["web-dev", "web-prod"],
    beside: { "charts/dev/values.yaml": "value: new\n" },
    changed: "chart-dev",
    error: /sets\/overlays\.yaml/,
  },
} as const;

async function run(...args: readonly string[]): Promise<Recorded> {
  return await recordedRun(args, directory, { XDG_CACHE_HOME: join(directory, ".git") });
}

interface Report {
  readonly applications: readonly {
    readonly name: string;
    readonly effect: string;
    readonly error?: string;
    readonly errorAt?: string;
  }[];
}

describe.each(Object.entries(breakages))(
  "a broken %s at one revision",
  { timeout: 60_000 },
  (kind, { file, broken, beside, changed, error }) => {
    const effects = (out: string): readonly (readonly string[])[] =>
      (JSON.parse(out) as Report).applications.map(({ name, effect }) => [name, effect]);
    const wanted = [...broken.map((name) => [name, "error"]), [changed, "changed"]].sort();

    test.each(["impact", "diff"])(
      "%s: its Applications are in error at that revision, the rest of the report stands",
      async (command) => {
        commit({ ...file, ...beside });
        const later = await run(command, "-o", "json");
        expect(effects(later.out)).toEqual(wanted);
        const report = JSON.parse(later.out) as Report & { readonly to: string; readonly from: string };
        for (const name of broken) {
          const found = report.applications.find((application) => application.name === name);
          expect(found).toMatchObject({ errorAt: report.to, error: expect.stringMatching(error) as string });
        }
        expect(later.code).toBe(1);
        const mended = await run(command, "HEAD", "HEAD~1", "-o", "json");
        expect(effects(mended.out)).toEqual(wanted);
        for (const { name, errorAt } of (JSON.parse(mended.out) as Report).applications)
          expect(errorAt).toBe(name === changed ? undefined : report.to);
      },
    );

    test("every other form of diff names them and tells the other change", async () => {
      commit({ ...file, ...beside });
      for (const format of ["terminal", "markdown", "html", "sarif"]) {
        const { out } = await run("diff", "-o", format);
        for (const name of broken) expect(out).toContain(name);
        expect(out).toMatch(error);
        if (format !== "sarif") expect(out).toContain("new");
      }
    });

    test("a change elsewhere while it stays broken is told without it", async () => {
      commit(file);
      commit(beside);
      expect(effects((await run("impact", "-o", "json")).out)).toEqual([[changed, "changed"]]);
    });

    test("at, compare, lint and scan tell of it and of all others", async () => {
      commit({ ...file, ...beside });
      const at = await run("at", "HEAD");
      expect(at.out).toContain(changed);
      expect(at.out + at.err).toMatch(error);
      const lint = await run("lint");
      expect(lint.out).toMatch(error);
      const scan = await run("scan");
      expect(scan.out).toMatch(error);
      expect(scan.out).toContain("argocd/chart");
      const other = kind === "chart" ? ["web-dev", "web-prod"] : ["chart-dev", "chart-prod"];
      expect((await run("compare", ...other)).out).toContain("1 pair compared");
      const pair = kind === "chart" ? ["chart-dev", "chart-prod"] : ["web-dev", "web-prod"];
      const own = await run("compare", ...pair);
      expect(own.code).toBe(2);
      const both = await run("compare", "--env", "dev", "--env", "prod");
      expect(both.out).toMatch(/^\d pairs? compared/m);
      if (kind === "overlay" || kind === "chart") expect(both.err).toMatch(error);
    });
  },
);
