import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OpenFleetOptions, openFleet } from "./open-fleet.js";

const parent = mkdtempSync(join(tmpdir(), "fleetwright-others-"));
const [fleet, apps] = [join(parent, "fleet"), join(parent, "apps")];
const url = `file://${apps}`;

function git(directory: string, ...args: string[]): void {
  execFileSync("git", ["-C", directory, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args]);
}

function commit(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  git(directory, "add", "-A");
  git(directory, "commit", "-qm", "change");
}

const config = (value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {value: "${value}"}\n`;
const application = (name: string, repoURL: string, rest: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}, namespace: argocd}
spec:
  project: default
  source: {repoURL: "${repoURL}", ${rest}}
  destination: {server: https://kubernetes.default.svc, namespace: shop}
`;

beforeAll(() => {
  for (const directory of [fleet, apps]) {
    mkdirSync(directory);
    git(directory, "init", "-q", "-b", "main", ".");
  }
  commit(apps, { "shop/c.yaml": config("1"), "shop/kustomization.yaml": "resources: [c.yaml]\n" });
  git(apps, "tag", "v1.2.0");
  commit(apps, { "shop/c.yaml": config("2") });
  git(fleet, "remote", "add", "origin", "https://git.example.com/fleet.git");
  commit(fleet, {
    "pinned.yaml": application("pinned", url, "targetRevision: v1.2.0, path: shop"),
    "ranged.yaml": application("ranged", url, "targetRevision: 1.x, path: shop"),
    "head.yaml": application("head", url, "targetRevision: HEAD, path: shop"),
    "absent.yaml": application("absent", url, "targetRevision: v9, path: shop"),
    "base.yaml": application("base", "https://git.example.com/fleet.git", "targetRevision: HEAD, path: over"),
    "over/kustomization.yaml": `resources: ["${url}//shop?ref=v1.2.0"]\nnamePrefix: over-\n`,
    "set.yaml": `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: set, namespace: argocd}
spec:
  generators: [{git: {repoURL: "${url}", revision: main, directories: [{path: "*"}]}}]
  template:
    metadata: {name: "made-{{path.basename}}"}
    spec:
      project: default
      source: {repoURL: "${url}", targetRevision: main, path: "{{path}}"}
      destination: {server: https://kubernetes.default.svc, namespace: shop}
`,
  });
});
afterAll(() => rmSync(parent, { recursive: true, force: true }));

/** Name → the value that its ConfigMap has, or the code of its error. */
async function valuesOf(options: Partial<OpenFleetOptions>): Promise<Readonly<Record<string, unknown>>> {
  const opened = await openFleet({
    directory: fleet,
    repos: [],
    note: () => {},
    env: { XDG_CACHE_HOME: join(parent, "cache") },
    ...options,
  });
  try {
    const { applications } = await opened.at(await opened.checkout.resolve("HEAD"));
    return Object.fromEntries(
      [...applications.values()].map(({ name, render }) => [
        name,
        render.error?.code ?? (render.manifests[0]?.["data"] as { value?: string } | undefined)?.value,
      ]),
    );
  } finally {
    opened.close();
  }
}

const right = { pinned: "1", ranged: "1", head: "2", absent: "GIT_REVISION_UNKNOWN", base: "1", "made-shop": "2" };

test("other repositories are fetched at the revision that each source, generator and base names, also from a warm cache", async () => {
  for (let run = 0; run < 2; run++) expect(await valuesOf({ fetches: { allowFileRepositories: true } })).toEqual(right);
});

test("a clone that is given is read at the revision that a source names, not at its HEAD", async () => {
  expect(await valuesOf({ repos: [`${url}=${apps}`] })).toEqual({ ...right, ranged: "GIT_REVISION_UNKNOWN" });
});

test("what must not be fetched is an error of the Applications that name it", async () => {
  const refused = await valuesOf({ fetches: { allowFileRepositories: false } });
  expect(refused).toMatchObject({ pinned: "GIT_PROTOCOL_REFUSED", base: "GIT_PROTOCOL_REFUSED" });
  expect(await valuesOf({})).toEqual({
    pinned: "IMPACT_REPOSITORY",
    ranged: "IMPACT_REPOSITORY",
    head: "IMPACT_REPOSITORY",
    absent: "IMPACT_REPOSITORY",
    base: "IMPACT_REMOTE_BASE",
  });
});
