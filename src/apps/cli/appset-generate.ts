import type { Command } from "commander";
import {
  type GeneratedApplication,
  type GenerationError,
  generate,
  type NeedAnswer,
  validateApplications,
} from "../../core/applicationset/index.js";
import { formatError, formatLocation } from "../../core/errors.js";
import type { Value, ValueObject } from "../../core/manifest/value.js";
import { listAt, objectAt, stringAt } from "../../core/manifest/value.js";
import { emitYaml } from "../../core/yaml/emit.js";
import { explain } from "./appset-explain.js";
import { type Inventory, type LoadedSet, loadInventory, loadSets } from "./appset-inputs.js";
import { type LocalSources, localSources, parseRepos } from "./appset-sources.js";
import { collect } from "./collect.js";
import { type CliIo, guarded } from "./io.js";
import { formatTable, outputOption, printValue } from "./output.js";

interface Options {
  readonly inventory?: string;
  readonly repo: readonly string[];
  readonly explain?: boolean;
  readonly wide?: boolean;
  readonly output: string;
}

/** `fleetwright appset generate FILE…` */
export function registerAppsetGenerate(appset: Command, io: CliIo): void {
  appset
    .command("generate <file...>")
    .description("print the Applications that ApplicationSets generate")
    .option("--inventory <path>", "file or folder with cluster Secrets, AppProjects, or a list of {name, server, labels}")
    .option("--repo <url=path>", "where a repository is on this machine (again for each)", collect, [])
    .option("--explain", "tell for each Application its parameters, generator and source")
    .option("--wide", "allow matrix and merge with more children and any depth")
    .addOption(outputOption(["table", "json", "yaml"], "yaml"))
    .action((files: readonly string[], options: Options) => guarded(io, () => run(io, files, options)));
}

async function run(io: CliIo, files: readonly string[], options: Options): Promise<void> {
  const sets = await loadSets(io, files);
  const inventory = loadInventory(io, options.inventory);
  const sources = localSources(parseRepos(io, options.repo));
  try {
    const previews: Preview[] = [];
    for (const loaded of sets) previews.push(await preview(loaded, inventory, sources, options.wide === true));
    for (const one of previews) reportProblems(io, one);
    print(io, previews, options);
  } finally {
    sources.close();
  }
}

/** What one set gives, with all that is wrong beside it. */
export interface Preview {
  readonly loaded: LoadedSet;
  readonly applications: readonly GeneratedApplication[];
  readonly errors: readonly GenerationError[];
  /** `namespace/name` → problem */
  readonly invalid: ReadonlyMap<string, string>;
}

const maxRounds = 1000;

/** Generates, answering needs until there are none. */
export async function preview(
  loaded: LoadedSet,
  inventory: Inventory,
  sources: LocalSources,
  wideNesting = false,
): Promise<Preview> {
  const { set } = loaded;
  const answers = new Map<string, NeedAnswer>();
  const environment = { now: () => BigInt(Date.now()) * 1_000_000n };
  const { clusters, projects } = inventory;
  for (let round = 0; round < maxRounds; round++) {
    const result = generate(set, { clusters, projects, answers, environment, settings: { wideNesting } });
    if (result.kind === "needs") {
      await sources.answer(result.needs, answers);
      continue;
    }
    const invalid = validateApplications(result.applications, { setName: set.metadata.name, clusters, projects });
    return { loaded, applications: result.applications, errors: result.errors, invalid };
  }
  throw new Error(`${set.metadata.name}: generation does not end`);
}

function reportProblems(io: CliIo, { loaded, errors, invalid }: Preview): void {
  const name = loaded.set.metadata.name;
  const where = formatLocation(loaded.locate(["spec"]) ?? { file: loaded.file });
  for (const path of loaded.pruned) io.err(`Warning: ${where}: ${name}: unknown field ${path.slice(1)}\n`);
  const problems = [
    ...loaded.admissionErrors,
    ...errors.map(({ error }) => formatError(error)),
    ...[...invalid].map(([key, text]) => `${key}: ${text}`),
  ];
  for (const problem of problems) io.err(`Error: ${where}: ${name}: ${problem}\n`);
  if (problems.length > 0) io.setExitCode(2);
}

function print(io: CliIo, previews: readonly Preview[], options: Options): void {
  const shown = previews.flatMap((one) => one.applications.map((application) => ({ application, loaded: one.loaded })));
  if (options.output === "table") {
    const rows = shown.map(({ application, loaded }) => [
      ...rowOf(application),
      ...(options.explain ? [explain(application, loaded).source] : []),
    ]);
    io.out(formatTable(["NAME", "PROJECT", "DESTINATION", "NAMESPACE", "SOURCE", ...(options.explain ? ["FROM"] : [])], rows));
    return;
  }
  const manifests = shown.map(({ application, loaded }) => {
    const manifest = manifestOf(application);
    return options.explain ? { ...manifest, explain: explain(application, loaded) as unknown as Value } : manifest;
  });
  if (options.output === "json") printValue(io, manifests as Value, "json");
  else io.out(manifests.map((manifest) => emitYaml(manifest, { style: "kubernetes" })).join("---\n"));
}

export function manifestOf({ metadata, spec, operation }: GeneratedApplication): ValueObject {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: metadata as unknown as ValueObject,
    spec,
    ...(operation ? { operation } : {}),
  };
}

function rowOf({ metadata, spec }: GeneratedApplication): readonly string[] {
  const destination = objectAt(spec, "destination");
  const source = (listAt(spec, "sources")[0] ?? spec["source"] ?? {}) as ValueObject;
  const place = stringAt(source, "path") || stringAt(source, "chart");
  const revision = stringAt(source, "targetRevision");
  return [
    metadata.name ?? "",
    stringAt(spec, "project"),
    stringAt(destination, "name") || stringAt(destination, "server"),
    stringAt(destination, "namespace"),
    revision === "" ? place : `${place}@${revision}`,
  ];
}
