import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Recorded, recordedRun } from "../../../test/recorded-run.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fleetwright-appset-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

async function cli(...args: readonly string[]): Promise<Recorded> {
  return await recordedRun(args, folder);
}

const repoURL = "https://git.example/fleet.git";
const set = (path: string): string => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: fleet}
spec:
  generators:
    - matrix:
        generators:
          - git: {repoURL: ${repoURL}, revision: HEAD, files: [{path: apps/*/config.yaml}]}
          - clusters: {selector: {matchLabels: {env: prod}}}
  template:
    metadata: {name: '{{app}}-{{name}}'}
    spec: {project: default, source: {repoURL: ${repoURL}, path: '${path}'}, destination: {name: '{{name}}'}}
`;
const inventory = "- {name: eu, server: 'https://eu', labels: {env: prod}}\n- {name: dev, server: 'https://dev'}\n";

describe("appset generate", () => {
  test("prints the Applications from a folder and an inventory, with no server", async () => {
    write({
      "set.yaml": set("{{path}}"),
      "clusters.yaml": inventory,
      "apps/web/config.yaml": "app: web",
      "apps/api/config.yaml": "app: api",
    });
    const { out, code } = await cli(
      "appset",
      "generate",
      "set.yaml",
      "--inventory",
      "clusters.yaml",
      "--repo",
      `${repoURL}=.`,
      "-o",
      "table",
    );
    expect(out).toBe(
      [
        "NAME    PROJECT  DESTINATION  NAMESPACE  SOURCE",
        "api-eu  default  eu                      apps/api",
        "web-eu  default  eu                      apps/web",
        "",
      ].join("\n"),
    );
    expect(code).toBe(0);
  });

  test("--explain names the parameters, the generator and the file and line", async () => {
    write({ "set.yaml": set("p"), "clusters.yaml": inventory, "apps/web/config.yaml": "app: web" });
    const { out } = await cli(
      "appset",
      "generate",
      "set.yaml",
      "--inventory",
      "clusters.yaml",
      "--repo",
      `${repoURL}=.`,
      "--explain",
      "-o",
      "json",
    );
    expect(JSON.parse(out)[0].explain).toMatchObject({
      generator: "spec.generators[0].matrix",
      origins: [`${repoURL}/apps/web/config.yaml`, "set.yaml:9:13 spec.generators[0].matrix.generators[1].clusters"],
      params: { app: "web", name: "eu" },
    });
  });

  test("one bad file is reported and the others are shown", async () => {
    write({ "set.yaml": set("p"), "clusters.yaml": inventory, "apps/web/config.yaml": "app: web", "apps/bad/config.yaml": "[" });
    const { out, err, code } = await cli(
      "appset",
      "generate",
      "set.yaml",
      "--inventory",
      "clusters.yaml",
      "--repo",
      `${repoURL}=.`,
      "-o",
      "table",
    );
    expect(out).toContain("web-eu");
    expect(err).toContain("unable to process file 'apps/bad/config.yaml'");
    expect(code).toBe(2);
  });

  test("a repository that is not named is an error with a hint", async () => {
    write({ "set.yaml": set("p") });
    const { err } = await cli("appset", "generate", "set.yaml");
    expect(err).toContain(`add --repo ${repoURL}=PATH`);
  });
});

test("appset diff tells what appears, vanishes and changes between two commits", async () => {
  const git = (...args: readonly string[]): void => {
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], { cwd: folder, stdio: "ignore" });
  };
  const secret = (name: string): string =>
    `{apiVersion: v1, kind: Secret, metadata: {name: ${name}, labels: {argocd.argoproj.io/secret-type: cluster, env: prod}}, stringData: {name: ${name}, server: 'https://${name}'}}`;
  git("init", "-q", "-b", "main");
  git("remote", "add", "origin", repoURL);
  write({
    "set.yaml": set("{{path}}"),
    "clusters/eu.yaml": secret("eu"),
    "apps/web/config.yaml": "app: web",
    "apps/old/config.yaml": "app: old",
  });
  git("add", "-A");
  git("commit", "-qm", "one");
  rmSync(join(folder, "apps/old"), { recursive: true });
  write({ "set.yaml": set("{{path}}/prod"), "apps/new/config.yaml": "app: new" });
  git("add", "-A");
  git("commit", "-qm", "two");
  const { out, code } = await cli("appset", "diff", "HEAD~1", "HEAD");
  expect(out).toBe(
    [
      "+ argocd/new-eu",
      "- argocd/old-eu",
      "~ argocd/web-eu",
      '    spec.source.path: "apps/web" -> "apps/web/prod"',
      "1 appear, 1 vanish, 1 change",
      "",
    ].join("\n"),
  );
  expect(code).toBe(1);
});
