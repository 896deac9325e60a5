import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { formatError } from "../../core/errors.js";
import { diffFleets } from "../../core/impact/fleet-diff.js";
import { findReasons } from "../../core/impact/reasons.js";
import { openFleet } from "./open-fleet.js";

let directory = "";
const git = (...args: string[]): string =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
    cwd: directory,
    encoding: "utf8",
  }).trim();
const commit = (files: Readonly<Record<string, string | undefined>>): string => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(directory, dirname(path)), { recursive: true });
    if (text === undefined) rmSync(join(directory, path));
    else writeFileSync(join(directory, path), text);
  }
  git("add", "-A");
  git("commit", "-qm", "change");
  return git("rev-parse", "HEAD");
};

const repoURL = "https://git.example.com/fleet.git";
const config = (value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {value: "${value}"}\n`;
const overlay = (service: string): Readonly<Record<string, string>> => ({
  [`apps/${service}/overlays/dev/kustomization.yaml`]: "resources: [../../base]\nnamePrefix: dev-\n",
  [`apps/${service}/base/kustomization.yaml`]: "resources: [config.yaml]\n",
  [`apps/${service}/base/config.yaml`]: config("1"),
});
const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: services, namespace: argocd}
spec:
  goTemplate: true
  generators:
    - matrix:
        generators:
          - git: {repoURL: "${repoURL}", revision: HEAD, directories: [{path: apps/*/overlays/*}]}
          - clusters: {}
  template:
    metadata: {name: '{{index .path.segments 1}}-{{.name}}'}
    spec:
      project: default
      source: {repoURL: "${repoURL}", targetRevision: HEAD, path: '{{.path.path}}'}
      destination: {server: '{{.server}}', namespace: shop}
`;
const cluster = (name: string): string => `apiVersion: v1
kind: Secret
metadata: {name: ${name}, namespace: argocd, labels: {argocd.argoproj.io/secret-type: cluster}}
stringData: {name: ${name}, server: "https://${name}.example.com"}
`;
const plain = (name: string, path: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}, namespace: argocd}
spec:
  project: default
  source: {repoURL: "${repoURL}", targetRevision: HEAD, path: ${path}}
  destination: {server: https://one.example.com, namespace: shop}
`;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "fleetwright-kept-fleet-"));
  git("init", "-q", "-b", "main", ".");
  git("remote", "add", "origin", repoURL);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Everything that a report of two revisions is made of, in a process that starts from `cache`, or from nothing. */
async function told(from: string, to: string, cache?: string): Promise<unknown> {
  const env = cache === undefined ? {} : { env: { XDG_CACHE_HOME: join(directory, ".git", cache) } };
  const fleet = await openFleet({ directory, repos: [], note: () => {}, ...env });
  try {
    const [before, after] = [await fleet.at(from), await fleet.at(to)];
    const changes = diffFleets(before, after, { secretKey: "k" });
    const context = {
      changedPaths: await fleet.checkout.changedPaths(from, to),
      before,
      after,
      treeBefore: await fleet.tree(from),
      treeAfter: await fleet.tree(to),
    };
    const states = [before, after].map((state) => ({
      applications: [...state.applications.values()].map(({ key, name, namespace, metadata, spec, origin }) => ({
        key,
        name,
        namespace,
        metadata,
        spec,
        origin,
      })),
      sets: [...state.applicationSets.values()].map(({ key, applications, errors }) => [
        key,
        applications,
        errors.map(formatError),
      ]),
      problems: state.problems.map(({ error }) => error.message),
      clusterFiles: state.clusterFiles,
    }));
    return {
      changes: changes.map(({ before: _, after: __, error, ...change }) => [change, error && formatError(error)]),
      reasons: findReasons(changes, context),
      inventory: await fleet.inventory(to),
      states,
    };
  } finally {
    fleet.close();
  }
}

test("a process that starts from what another kept says of two commits what one says that starts from nothing", async () => {
  const commits = [
    commit({
      ...overlay("cart"),
      ...overlay("search"),
      "sets/services.yaml": set,
      "clusters/one.yaml": cluster("one"),
      "plain/search.yaml": plain("search-plain", "apps/search/overlays/dev"),
      "plain/cart.yaml": plain("cart-one", "apps/cart/overlays/dev"),
    }),
    commit({ "apps/cart/base/config.yaml": config("2") }),
    commit({ "apps/cart/overlays/dev/kustomization.yaml": "resources: [../../base, more.yaml]\n" }),
    commit({ "apps/cart/overlays/dev/more.yaml": config("3").replace("name: c", "name: more") }),
    commit({ "apps/README.md": "nothing" }),
    commit(overlay("mail")),
    commit({ "clusters/two.yaml": cluster("two") }),
    commit({ "plain/cart.yaml": undefined, "apps/mail/base/config.yaml": "broken: [" }),
    commit({
      "sets/services.yaml": set.replace("namespace: shop", "namespace: store"),
      "apps/mail/base/config.yaml": config("4"),
    }),
    commit({ "clusters/one.yaml": undefined }),
  ];
  const pairs = commits
    .slice(1)
    .flatMap((commitId, at) => [[commits[at]!, commitId] as const, [commitId, commits[at]!] as const]);
  const cold = await Promise.all(pairs.map(([from, to]) => told(from, to)));
  for (const start of commits) {
    await told(start, start, start);
    for (const [at, [from, to]] of pairs.entries()) expect(await told(from, to, start)).toEqual(cold[at]);
  }
}, 120_000);
