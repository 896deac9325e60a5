import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Recorded, recordedRun } from "../recorded-run.js";

const directory = mkdtempSync(join(tmpdir(), "fleetwright-compare-"));
const git = (...args: string[]): void =>
  void execFileSync("git", ["-C", directory, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args]);

const application = (env: string, more = ""): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web-${env}, namespace: argocd, labels: {env: ${env}}}
spec:
  project: default
  source: {repoURL: "https://git.example.com/f.git", targetRevision: HEAD, path: overlays/${env}${more}}
  destination: {server: https://kubernetes.default.svc, namespace: ${env}}
`;
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  template: {spec: {containers: [{name: app, image: "web:1"}]}}
`;

beforeAll(() => {
  const files: Record<string, string> = {
    "base/kustomization.yaml": "resources: [web.yaml]\n",
    "base/web.yaml": deployment,
    "overlays/staging/kustomization.yaml": "resources: [../../base]\n",
    "overlays/prod/kustomization.yaml": "resources: [../../base, only-prod.yaml]\nreplicas:\n  - name: web\n    count: 3\n",
    "overlays/prod/only-prod.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\ndata: {a: b}\n",
    "apps/staging.yaml": application("staging"),
    "apps/prod.yaml": application("prod", ', kustomize: {images: ["web:2"]}'),
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(directory, dirname(path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  git("init", "-q", "-b", "main", ".");
  git("add", "-A");
  git("commit", "-qm", "first");
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function compare(...args: readonly string[]): Promise<Recorded> {
  return await recordedRun(["compare", ...args], directory, { XDG_CACHE_HOME: join(directory, ".git") });
}

test.each([[["web-staging", "web-prod"]], [["--env", "staging", "--env", "prod"]]])(
  "compare %s takes out what an overlay sets, with its line, and leaves what only the Application says",
  async (args) => {
    const { out, code } = await compare(...args);
    expect(out).toContain("Deployment/web spec.replicas: 1 → 3  (overlays/prod/kustomization.yaml:4)");
    expect(out).toMatch(/ConfigMap\/extra {2}\(overlays\/prod\/only-prod\.yaml:\d/);
    expect(out).toMatch(
      /~ Deployment web {2}in web-staging → web-prod\n {2}spec\.template\.spec\.containers\[name=app\]\.image:\n {2}- web:1\n {2}\+ web:2/,
    );
    expect(out).toContain("1 pair compared, 1 difference; 2 more are explained");
    expect(code).toBe(1);
  },
);

test("--all leaves nothing out, and environments without twins are refused", async () => {
  const { out } = await compare("web-staging", "web-prod", "--all");
  expect(out).toContain("+ ConfigMap extra");
  expect(out).toContain("1 pair compared, 2 differences");
  expect((await compare("--env", "staging", "--env", "nowhere")).code).toBe(2);
});
