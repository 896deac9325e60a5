import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { recordedRun } from "../../../test/recorded-run.js";

const directory = mkdtempSync(join(tmpdir(), "fleetwright-secrets-"));
const repoURL = "https://git.example.com/fleet.git";
/** What may not be seen, of both commits; planted in every place from which a Secret gets its values. */
const sentinels = ["s3ntinel-of-before", "s3ntinel-of-after!"] as const;

const git = (...args: string[]): void =>
  void execFileSync("git", ["-C", directory, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args]);
const base64 = (text: string): string => Buffer.from(text).toString("base64");

const application = (name: string, source: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}, namespace: argocd, labels: {env: ${name.split("-")[1]}}}
spec:
  project: default
  source: {repoURL: "${repoURL}", targetRevision: HEAD, ${source}}
  destination: {server: https://kubernetes.default.svc, namespace: ${name}}
`;

/** A fleet in which `secret` reaches Secrets through manifests, generators, values, parameters and parameters of a set. */
function filesWith(secret: string): Readonly<Record<string, string>> {
  const lastApplied = JSON.stringify({ stringData: { password: secret }, data: { password: base64(secret) } });
  return {
    "apps/plain-dev.yaml": application("plain-dev", "path: plain"),
    "apps/plain-prod.yaml": application("plain-prod", "path: plain-prod"),
    "apps/chart-dev.yaml": application("chart-dev", `path: chart, helm: {parameters: [{name: password, value: "${secret}"}]}`),
    "apps/chart-prod.yaml": application("chart-prod", `path: chart, helm: {valuesObject: {password: "${secret}"}}`),
    "apps/values-prod.yaml": application("values-prod", `path: chart, helm: {values: "password: '${secret}'"}`),
    "sets/set.yaml": `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: generated, namespace: argocd}
spec:
  goTemplate: true
  generators: [{list: {elements: [{env: qa, password: "${secret}"}]}}]
  template:
    metadata: {name: "generated-{{ .env }}"}
    spec:
      project: default
      source: {repoURL: "${repoURL}", targetRevision: HEAD, path: chart, helm: {parameters: [{name: password, value: "{{ .password }}"}]}}
      destination: {server: https://kubernetes.default.svc, namespace: qa}
`,
    "plain/kustomization.yaml": `resources: [secret.yaml, web.yaml]\nsecretGenerator:\n  - name: made\n    literals: ["password=${secret}"]\n    files: [key.txt]\n`,
    "plain/key.txt": `${secret}\n`,
    "plain/secret.yaml": `apiVersion: v1
kind: Secret
metadata:
  name: written
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '${lastApplied}'
    copy: "is ${secret}"
data: {password: ${base64(secret)}}
stringData: {other: "${secret}"}
`,
    "plain/web.yaml": `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {url: "postgres://user:${secret}@db/x", same: "${base64(secret)}"}\n`,
    "plain-prod/kustomization.yaml": `resources: [../plain]\npatches:\n  - patch: |\n      apiVersion: v1\n      kind: Secret\n      metadata: {name: written}\n      stringData: {other: "${secret}-prod"}\n`,
    "chart/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
    "chart/values.yaml": `password: ${secret}-default\n`,
    "chart/templates/secret.yaml":
      "apiVersion: v1\nkind: Secret\nmetadata: {name: chart}\ndata: {password: {{ .Values.password | b64enc | quote }}}\nstringData: {plain: {{ .Values.password | quote }}}\n",
  };
}

beforeAll(() => {
  git("init", "-q", "-b", "main", ".");
  for (const secret of sentinels) {
    for (const [path, text] of Object.entries(filesWith(secret))) {
      mkdirSync(join(directory, dirname(path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    git("add", "-A");
    git("commit", "-qm", "change");
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function run(args: readonly string[]): Promise<string> {
  const { out, err } = await recordedRun(args, directory, { XDG_CACHE_HOME: join(directory, ".git") });
  return out + err;
}

const resources = { plain: ["Secret/written", "Secret/made", "ConfigMap/web"], chart: ["Secret/chart"] };
const applications = ["plain-dev", "plain-prod", "chart-dev", "chart-prod", "values-prod", "generated-qa"];
const ofEachResource = applications.flatMap((name) =>
  (name.startsWith("plain") ? resources.plain : resources.chart).map((resource) => [name, resource] as const),
);

test.each([
  ...["terminal", "markdown", "html", "json", "sarif"].map((format) => ["diff", "-o", format]),
  ...["table", "json"].map((format) => ["impact", "-o", format]),
  ...["table", "json"].map((format) => ["compare", "plain-dev", "plain-prod", "-o", format]),
  ...["table", "json"].map((format) => ["compare", "chart-dev", "chart-prod", "--all", "-o", format]),
  ...["table", "json"].map((format) => ["compare", "--env", "dev", "--env", "prod", "-o", format]),
  ...["text", "json", "sarif"].map((format) => ["lint", "-o", format]),
  ...["table", "json"].map((format) => ["scan", "-o", format]),
  ...["table", "json", "yaml"].map((format) => ["at", "HEAD", "-o", format]),
  ...["table", "json"].map((format) => ["what-if", "--add-cluster", "c=https://c", "-o", format]),
  ...applications.flatMap((name) => ["table", "json"].map((format) => ["explain", name, "-o", format])),
  ...ofEachResource.map(([name, resource]) => ["explain", name, resource]),
  ...ofEachResource.map(([name, resource]) => ["blame", name, resource]),
  ...["data.password", "stringData.other", "metadata.annotations"].flatMap((field) => [
    ["explain", "plain-prod", "Secret/written", field],
    ["explain", "plain-prod", "Secret/written", field, "-o", "json"],
    ["blame", "plain-prod", "Secret/written", field],
  ]),
  ...["data.url", "data.same"].flatMap((field) => [
    ["explain", "plain-dev", "ConfigMap/web", field, "-o", "json"],
    ["blame", "plain-dev", "ConfigMap/web", field],
  ]),
  ...applications.slice(2).map((name) => ["explain", name, "Secret/chart", "data.password", "-o", "json"]),
])("%s %s %s %s: what Secrets hold is nowhere in what is printed", { timeout: 180_000 }, async (...args) => {
  const printed = await run(args.filter((arg) => arg !== undefined));
  for (const secret of sentinels) {
    expect(printed).not.toContain(secret);
    // Whatever is before it in the text that is encoded.
    expect(printed).not.toContain(base64(secret).slice(0, 20));
  }
  expect(printed).not.toMatch(/^Error: (?!.*(has no|renders no))/m);
});
