import { openFleet } from "#src/apps/fleet/open-fleet.js";
import { diffFleets } from "#src/core/impact/fleet-diff.js";
import type { FleetState } from "#src/core/impact/fleet-state.js";
import { manifestGeneratePaths } from "#src/core/impact/generate-paths.js";
import { reachFinder } from "#src/core/impact/reach.js";
import type { FileTree } from "#src/core/render/file-tree.js";
import { type FleetKey, fleetVariants, generateFleet, type VariantChoice } from "../fleet/generated-fleet.js";
import type { AreaReport } from "./run.js";

type Commit = NonNullable<FleetKey["commits"]>[number];

/** For each commit of generated fleets: exactly the Applications of the answer key are affected, no other and none missed. */
export async function fleetImpact(folder: string, options: VariantChoice): Promise<AreaReport> {
  const failures: { id: string; why: string }[] = [];
  let passed = 0;
  for (const args of fleetVariants(options, ["--git", "40", "--naive"])) {
    const fleet = generateFleet(folder, args);
    const opened = await openFleet({ directory: fleet.directory, repos: [], note: () => {} });
    const check = (id: string, why: string | undefined): void => {
      if (why === undefined) passed++;
      else failures.push({ id: `${args.join(" ")} ${id}`, why });
    };
    try {
      const commits = fleet.key.commits ?? [];
      let before = await opened.at(await opened.checkout.resolve(`${commits[0]!.sha}~1`));
      check("applications", sameSets(before, fleet.key));
      for (const commit of commits) {
        const after = await opened.at(commit.sha);
        const affected = diffFleets(before, after, { secretKey: "k" })
          .filter((change) => change.effect !== "unchanged")
          .map((change) => (change.effect === "error" ? `${change.name} (${change.error?.message})` : change.name));
        check(`commit ${commit.n} ${commit.kind}`, differsFrom(commit, affected));
        check(`paths ${commit.n} ${commit.kind}`, beyondPaths(commit, affected, before));
        before = after;
      }
      check("reaches", beyondReach(await opened.tree(commits.at(-1)!.sha), before));
    } finally {
      opened.close();
      fleet.remove();
    }
  }
  return { passed, failures, skipped: new Map() };
}

/** Argo CD renders an Application anew when a changed file is at or below one of its `manifest-generate-paths`: so it does for all affected ones. */
function beyondPaths(commit: Commit, affected: readonly string[], before: FleetState): string | undefined {
  return affected.find((name) => {
    const application = [...before.applications.values()].find((one) => one.name === name);
    const paths = application ? manifestGeneratePaths(application).split(";") : ["/"];
    return !commit.touched.some((file) => paths.some((path) => path === "/" || `/${file}`.startsWith(`${path}/`)));
  });
}

/** Renders every Application and gives the first that read something outside of what was foreseen. */
function beyondReach(tree: FileTree, state: FleetState): string | undefined {
  const find = reachFinder();
  for (const application of state.applications.values()) {
    const reach = find(application, tree, () => true);
    if (!reach) continue;
    const isInside = (path: string): boolean =>
      reach.files.has(path) ||
      reach.kinds.has(path) ||
      [...reach.directories.keys()].some((folder) => path === folder || folder === "" || path.startsWith(`${folder}/`));
    const { files, kinds, listings } = application.render.readSet;
    const beyond = [...files.keys(), ...kinds.keys(), ...listings.keys()].find((path) => !isInside(path));
    if (beyond !== undefined) return `${application.name} read ${beyond}`;
  }
  return undefined;
}

function sameSets(
  state: { readonly applicationSets: ReadonlyMap<string, { readonly applications: readonly string[] }> },
  key: FleetKey,
): string | undefined {
  const found = Object.fromEntries(
    Object.keys(key.expected.applicationsPerSet).map((name) => [
      name,
      // Argo CD: without a selector the local cluster is taken too; the key counts the cluster Secrets.
      state.applicationSets.get(`argocd/${name}`)?.applications.filter((key) => !key.endsWith("-in-cluster")).length,
    ]),
  );
  const [is, wanted] = [JSON.stringify(found), JSON.stringify(key.expected.applicationsPerSet)];
  return is === wanted ? undefined : `${is} instead of ${wanted}`;
}

function differsFrom(commit: Commit, affected: readonly string[]): string | undefined {
  if (commit.affected === undefined) {
    return affected.length === commit.affectedApplications
      ? undefined
      : `${affected.length} affected instead of ${commit.affectedApplications}`;
  }
  const wanted = new Set(commit.affected);
  const found = new Set(affected);
  const missed = [...wanted].filter((name) => !found.has(name));
  const wrong = [...found].filter((name) => !wanted.has(name));
  if (missed.length + wrong.length === 0) return undefined;
  return `missed ${missed.length} (${missed.slice(0, 3).join(", ")}), wrong ${wrong.length} (${wrong.slice(0, 3).join(", ")})`;
}
