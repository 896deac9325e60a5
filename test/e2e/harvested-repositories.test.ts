import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { openFleet } from "#src/apps/fleet/open-fleet.js";
import type { FleetApplication, FleetState } from "#src/core/impact/fleet-state.js";
import type { Value } from "#src/core/manifest/value.js";
import { emitYaml } from "#src/core/yaml/emit.js";
import { emitJson } from "#src/core/yaml/json.js";
import { type Recorded, recordedRun } from "../recorded-run.js";
import { casesWithTrees, type Edit, type HarvestedRepository, makeRepository } from "./harvested-repository.js";
import { because } from "./requirements.js";

const corpus = join(dirname(fileURLToPath(import.meta.url)), "../../../shared/conformance/applicationset");
const harvested = casesWithTrees(join(corpus, "harvested.jsonl"));
const others = ["git", "matrix", "merge", "more"].flatMap((name) => casesWithTrees(join(corpus, `${name}.jsonl`)));
const missing = harvested.length > 0 ? undefined : `the corpus ${corpus} is not here`;
const parent = mkdtempSync(join(tmpdir(), "fleetwright-harvested-"));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

describe.skipIf(missing)(`repositories made of published ApplicationSets and their trees${because(missing)}`, () => {
  test.each(harvested.map((found) => [found.id, found] as const))("%s", async (id, found) => {
    const repository = makeRepository(found, join(parent, id));
    const { directory, repos } = repository;
    const known = (await stateAt(repository, "HEAD")).applications;
    const { applications, error, errorAnyOf, panic } = found.expected.generate;
    if ((error ?? errorAnyOf ?? panic) === undefined && !found.expected.generate.validationErrors) {
      const wanted = applications.map(({ metadata }) => String(metadata["name"]));
      expect([...known.values()].map(({ name }) => name).sort()).toEqual(wanted.sort());
    }
    for (const edit of editsOf(repository.files)) await expectExactImpact(repository, edit);

    const options = repos.flatMap((repo) => ["--repo", repo]);
    for (const format of ["terminal", "markdown", "html", "json", "sarif"])
      expect((await run(directory, "diff", "HEAD~2", "HEAD", "-o", format, ...options)).err).not.toMatch(
        /^Error|INVARIANT|\n {4}at /m,
      );
    for (const command of [["scan"], ["lint"], ["lint", "-o", "sarif"], ["at", "HEAD"], ["render"], ["impact", "--emit-paths"]])
      expect((await run(directory, ...command, ...options)).err).not.toMatch(/INVARIANT|\n {4}at /);
    const [rendered] = [...known.values()].filter(({ render }) => render.manifests.length > 0);
    if (rendered) await expectExplained(rendered, directory, options);
    if (known.size > 1) await expectAdopted([...known.values()], join(parent, `${id}-written`));
  });

  test.each(others.map((found) => [found.id, found] as const))("%s: impact is exact", async (id, found) => {
    const repository = makeRepository(found, join(parent, id));
    for (const edit of editsOf(repository.files).slice(0, 3)) await expectExactImpact(repository, edit);
  });
});

/** One edit of each kind of file, a new directory beside one, and one directory's end. */
function editsOf(files: Readonly<Record<string, string>>): readonly Edit[] {
  const paths = Object.keys(files).sort();
  const first = (pattern: RegExp): string | undefined => paths.find((path) => pattern.test(path));
  const edits: Edit[] = [];
  const config = first(/(^|\/)config\.yaml$/);
  const json = first(/\.json$/);
  const values = first(/values\.yaml$/);
  const folder = paths.map(dirname).find((path) => path.includes("/"));
  const copied = folder === undefined ? [] : paths.filter((path) => path.startsWith(`${folder}/`));
  if (config !== undefined) edits.push({ [config]: files[config]!.replace(/: "?1"?$|x: .*$/m, 'x: "2"') });
  if (json !== undefined) edits.push({ [json]: files[json]!.replace(/:\s*"([^"]*)"/, ': "$1x"') });
  if (values !== undefined) edits.push({ [values]: `${files[values]}y: 2\n` });
  edits.push({ "README.md": "Notes.\n" });
  if (folder !== undefined) {
    edits.push(Object.fromEntries(copied.map((path) => [path.replace(folder, `${folder}-two`), files[path]])));
    edits.push(Object.fromEntries(copied.map((path) => [path, undefined])));
  }
  return edits.filter((edit) => Object.entries(edit).some(([path, text]) => files[path] !== text));
}

/** `impact` of one commit tells what generating and rendering everything on both sides, each from nothing, tells. */
async function expectExactImpact(repository: HarvestedRepository, edit: Edit): Promise<void> {
  repository.commit(edit);
  const options = repository.repos.flatMap((repo) => ["--repo", repo]);
  const { out, err } = await run(repository.directory, "impact", "-o", "json", ...options);
  expect(err).not.toMatch(/^Error/m);
  const report = JSON.parse(out) as { applications: readonly { name: string; effect: string; reasons: readonly unknown[] }[] };
  const found = report.applications.filter(({ effect }) => effect !== "unchanged");
  const before = await stateAt(repository, "HEAD~1");
  const after = await stateAt(repository, "HEAD");
  expect(found.map(({ name, effect }) => `${name} ${effect}`).sort()).toEqual(bruteForce(before, after));
  for (const { reasons } of found) expect(reasons.length).toBeGreaterThan(0);
}

function bruteForce(before: FleetState, after: FleetState): readonly string[] {
  const keys = new Set([...before.applications.keys(), ...after.applications.keys()]);
  const failed = (state: FleetState): boolean => [...state.applicationSets.values()].some(({ errors }) => errors.length > 0);
  return [...keys]
    .flatMap((key) => {
      const [older, newer] = [before.applications.get(key), after.applications.get(key)];
      const name = (older ?? newer)!.name;
      // What a failed generator does not give is not known to be gone.
      if (!older) return `${name} ${newer!.render.error || failed(before) ? "error" : "added"}`;
      if (!newer) return `${name} ${failed(after) ? "error" : "removed"}`;
      if (older.render.error?.message !== newer.render.error?.message) return `${name} error`;
      return textOf(older) === textOf(newer) ? [] : `${name} changed`;
    })
    .sort();
}

function textOf({ metadata, spec, render }: FleetApplication): string {
  return emitJson([metadata, spec, render.manifests] as unknown as Value);
}

/** The fleet at a revision, from nothing. */
async function stateAt({ directory, repos }: HarvestedRepository, revision: string): Promise<FleetState> {
  const fleet = await openFleet({ directory, repos, note: () => {} });
  try {
    const state = await fleet.at(await fleet.checkout.resolve(revision));
    for (const { render } of state.applications.values()) void render.manifests;
    return state;
  } finally {
    fleet.close();
  }
}

async function expectExplained(application: FleetApplication, directory: string, options: readonly string[]): Promise<void> {
  const [manifest] = application.render.manifests;
  // At the first commit: the last ones may have taken it away.
  const first = ["--revision", "HEAD~1", ...options];
  const resource = `${manifest!.kind}/${manifest!.metadata.name}`;
  const { out, err } = await run(directory, "explain", application.name, resource, "metadata.name", ...first);
  if (err === "" || !err.includes("FLEET_NO_APPLICATION")) expect(out + err).toMatch(/metadata\.name|no Application|renders no/);
}

/** The generated Applications, written by hand, come out of the set that `adopt` finds, or are exceptions. */
async function expectAdopted(applications: readonly FleetApplication[], folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const { name, metadata, spec } of applications) {
    const manifest = { apiVersion: "argoproj.io/v1alpha1", kind: "Application", metadata, spec };
    writeFileSync(join(folder, `${name}.yaml`), emitYaml(manifest, { style: "kubernetes" }));
  }
  const { out } = await run(folder, "adopt", ".", "-o", "json");
  const { proof, exceptions } = JSON.parse(out) as {
    readonly exceptions: readonly string[];
    readonly proof: Readonly<Record<"equal" | "different" | "missing" | "extra" | "errors", readonly unknown[]>>;
  };
  expect(proof.equal.length + exceptions.length).toBe(applications.length);
  expect([proof.different, proof.missing, proof.extra, proof.errors]).toEqual([[], [], [], []]);
}

async function run(cwd: string, ...args: readonly string[]): Promise<Recorded> {
  return await recordedRun(args, cwd, { XDG_CACHE_HOME: join(parent, "cache") });
}
