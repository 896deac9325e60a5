import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const program = fileURLToPath(new URL("../../dist/apps/main.js", import.meta.url));
const parent = mkdtempSync(join(tmpdir(), "fleetwright-shared-cache-"));
const directory = join(parent, "fleet");
const git = (...args: string[]): void =>
  void execFileSync("git", ["-C", directory, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args]);

const names = Array.from({ length: 40 }, (_, index) => `app-${index}`);
const config = (value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {value: "${value}"}\n`;
const application = (name: string): string => `---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}, namespace: argocd}
spec:
  project: default
  source: {repoURL: "https://git.example.com/f.git", targetRevision: HEAD, path: apps/${name}}
  destination: {server: https://kubernetes.default.svc, namespace: shop}
`;

function commit(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  git("add", "-A");
  git("commit", "-qm", "change");
}

beforeAll(() => {
  mkdirSync(directory);
  git("init", "-q", "-b", "main", ".");
  const overlays = names.map((name) => [`apps/${name}/kustomization.yaml`, `resources: [../../base]\nnamePrefix: ${name}-\n`]);
  commit({
    "fleet.yaml": names.map(application).join(""),
    "base/kustomization.yaml": "resources: [c.yaml]\n",
    "base/c.yaml": config("1"),
    ...Object.fromEntries(overlays),
  });
  commit({ "apps/app-7/kustomization.yaml": "resources: [../../base]\nnamePrefix: seven-\n" });
});
afterAll(() => rmSync(parent, { recursive: true, force: true }));

/** A process of its own that shares the cache in `home`; exit code 1 says that there are differences. */
async function impact(home: string): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const env = { ...process.env, XDG_CACHE_HOME: home };
  const args = [program, "impact", "HEAD~1", "HEAD", "--checkout", directory, "-o", "json"];
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

/** What is kept, with the inode, since a file that is written again is another one. */
function kept(home: string): readonly string[] {
  const folder = join(home, "fleetwright", "states");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => `${name} ${statSync(join(folder, name)).ino}`)
    .sort();
}

test.each([1, 2, 3])(
  "processes that fill one cache at the same time all answer, and a later one starts from it (round %i)",
  async (round) => {
    const home = join(parent, `cache-${round}`);
    const both = await Promise.all([impact(home), impact(home)]);
    const [first] = both;
    const { applications } = JSON.parse(first!.out) as { applications: { name: string; effect: string }[] };
    expect(applications).toMatchObject([{ name: "app-7", effect: "changed" }]);
    expect(both).toEqual([first, first]);
    const files = kept(home);
    expect(files.filter((file) => file.includes(".state "))).not.toEqual([]);
    expect(files.filter((file) => file.includes(".tmp "))).toEqual([]);
    // Who finds no valid state writes one: nothing is written where the kept one was taken over.
    expect(await impact(home)).toEqual(first);
    expect(kept(home)).toEqual(files);
  },
);

test("readers that share a cache all answer, and so do processes that find it removed", async () => {
  const home = join(parent, "cache-mixed");
  const cold = await impact(home);
  expect(await Promise.all([impact(home), impact(home)])).toEqual([cold, cold]);
  rmSync(join(home, "fleetwright"), { recursive: true, force: true });
  const reader = impact(home);
  expect(await impact(home)).toEqual(cold);
  expect(await reader).toEqual(cold);
});
