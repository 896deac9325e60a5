import { existsSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import type { Command } from "commander";
import { diskTree } from "../../adapters/fs/disk-tree.js";
import { InputError } from "../../core/errors.js";
import {
  type Chart,
  type Dependency,
  isCompatible,
  loadChart,
  lockDigest,
  lockOf,
  readChartFolder,
} from "../../core/helm/index.js";
import { emitYaml } from "../../core/yaml/emit.js";
import { type RepositoryFlags, withCharts } from "./helm-charts.js";
import type { CliIo } from "./io.js";

type Locked = Pick<Dependency, "name" | "version" | "repository">;

/** `fleetwright helm dependency list|build|update [CHART]`: what Helm 4.3 does, in process. */
export function registerDependency(helm: Command, io: CliIo): void {
  const dependency = helm.command("dependency").alias("dep").description("the charts that a chart depends on");
  dependency
    .command("list [chart]")
    .alias("ls")
    .description("list the dependencies and what of them charts/ has")
    .action((path: string | undefined) => guarded(io, () => io.out(list(chartAt(io, path)))));
  for (const kind of ["build", "update"] as const)
    dependency
      .command(`${kind} [chart]`)
      .description(
        kind === "build"
          ? "fill charts/ with the versions of Chart.lock"
          : "fill charts/ with the newest versions and write Chart.lock",
      )
      .option("--username <name>", "user of the chart repositories")
      .option("--password <secret>", "password of the chart repositories")
      .option("--plain-http", "speak to registries without TLS")
      .action((path: string | undefined, flags: RepositoryFlags) => guarded(io, () => fill(io, path, kind, flags)));
}

async function guarded(io: CliIo, action: () => void | Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    io.err(`Error: ${error.message}\n`);
    io.setExitCode(1);
  }
}

/** `--dependency-update`: fills charts/ of a chart on the disk where it lacks something that Chart.yaml names. */
export async function fetchMissing(io: CliIo, path: string, flags: RepositoryFlags): Promise<void> {
  if (/^oci:|\.tgz$/.test(path) || !existsSync(resolve(io.cwd, path, "Chart.yaml"))) return;
  const { dependencies, metadata } = chartAt(io, path).chart;
  if (metadata.dependencies.some((wanted) => statusOf(wanted, dependencies) !== "ok")) await fill(io, path, "update", flags);
}

interface Here {
  readonly folder: string;
  readonly chart: Chart;
}

function chartAt(io: CliIo, path = "."): Here {
  const folder = resolve(io.cwd, path);
  return { folder, chart: loadChart(diskTree(folder), "") };
}

function list({ folder, chart }: Here): string {
  const { dependencies } = chart.metadata;
  if (dependencies.length === 0) return `WARNING: no dependencies at ${join(folder, "charts")}\n`;
  const rows = dependencies.map((dependency) => [
    dependency.name,
    dependency.version,
    dependency.repository,
    statusOf(dependency, chart.dependencies),
  ]);
  const table = [["NAME", "VERSION", "REPOSITORY", "STATUS"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]!.length)));
  return `${table.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join("\t")).join("\n")}\n\n`;
}

function statusOf({ name, version }: Dependency, charts: readonly Chart[]): string {
  const found = charts.find((chart) => chart.metadata.name === name);
  if (found === undefined) return "missing";
  return isCompatible(version, found.metadata.version) ? "ok" : "wrong version";
}

async function fill(io: CliIo, path: string | undefined, kind: "build" | "update", flags: RepositoryFlags): Promise<void> {
  const { folder, chart } = chartAt(io, path);
  const wanted = chart.metadata.dependencies;
  if (wanted.length === 0) return;
  const lock = kind === "build" ? lockOf(chart) : undefined;
  const archives = new Map<string, Uint8Array>();
  const locked: Locked[] = [];
  checkHosts(wanted, flags);
  io.out(`Saving ${wanted.length} charts\n`);
  await withCharts(flags, async (charts) => {
    for (const dependency of wanted) {
      const { name, repository } = dependency;
      const version = lock?.dependencies.find((entry) => entry.name === name)?.version ?? dependency.version;
      if (repository === "") {
        locked.push({ name, repository, version: present(dependency, chart) });
      } else if (repository.startsWith("file://")) {
        const local = await packFolder(resolve(folder, repository.slice("file://".length)), { ...dependency, version });
        archives.set(`${name}-${local.version}.tgz`, local.bytes);
        locked.push({ name, repository, version: local.version });
      } else if (/^(https?|oci):\/\//.test(repository)) {
        io.out(`Downloading ${name} from repo ${repository}\n`);
        const resolved = await charts.resolve({ repoURL: repository, chart: name, revision: version });
        archives.set(`${name}-${resolved.version}.tgz`, await charts.archive(resolved));
        locked.push({ name, repository, version: resolved.version });
      } else throw refused(`no repository definition for ${repository}. Please name its URL`);
    }
  });
  // All are there before anything is written: a failed fetch leaves the folder as it was.
  await writeCharts(folder, archives, new Set(wanted.map(({ name }) => name)));
  io.out("Deleting outdated charts\n");
  if (lock === undefined) await writeFile(join(folder, lockName(chart)), lockText(wanted, locked));
}

/** One password is for one host: which others the chart names is not the user's choice. */
function checkHosts(wanted: readonly Dependency[], { password }: RepositoryFlags): void {
  const hosts = new Set(wanted.flatMap(({ repository }) => /^(?:https?|oci):\/\/([^/]+)/.exec(repository)?.[1] ?? []));
  if (password === undefined || hosts.size <= 1) return;
  throw refused(
    `the dependencies come from several hosts (${[...hosts].sort().join(", ")}): a password for one of them is sent to none`,
  );
}

function present({ name, version }: Dependency, chart: Chart): string {
  const found = chart.dependencies.find((child) => child.metadata.name === name && isCompatible(version, child.metadata.version));
  if (found) return found.metadata.version;
  throw refused(`dependency "${name}" at version "${version}" is not in charts/, and names no repository`);
}

async function packFolder(
  folder: string,
  dependency: Dependency,
): Promise<{ readonly version: string; readonly bytes: Uint8Array }> {
  const tree = diskTree(folder);
  if (tree.kind("Chart.yaml") !== "file") throw refused(`directory ${folder} not found`);
  const { version } = loadChart(tree, "").metadata;
  if (!isCompatible(dependency.version, version)) throw refused(`can't get a valid version for dependency ${dependency.name}`);
  const { pack } = await import("tar-stream");
  const archive = pack();
  for (const { name, bytes } of readChartFolder(tree, ""))
    archive.entry({ name: `${dependency.name}/${name}`, mtime: new Date(0) }, Buffer.from(bytes));
  archive.finalize();
  return { version, bytes: gzipSync(await buffer(archive)) };
}

/** Puts the archives into charts/ and removes other archives of the same charts. */
async function writeCharts(folder: string, archives: ReadonlyMap<string, Uint8Array>, names: ReadonlySet<string>): Promise<void> {
  const charts = join(folder, "charts");
  await mkdir(charts, { recursive: true });
  for (const [file, bytes] of archives) await writeFile(join(charts, file), bytes);
  for (const file of await readdir(charts)) {
    const name = /^(.+?)-v?\d.*\.tgz$/.exec(file)?.[1];
    if (name !== undefined && names.has(name) && !archives.has(file)) await rm(join(charts, file));
  }
}

function lockName({ metadata }: Chart): string {
  return metadata.apiVersion === "v1" ? "requirements.lock" : "Chart.lock";
}

function lockText(wanted: readonly Dependency[], locked: readonly Locked[]): string {
  const lock = {
    dependencies: locked.map(({ name, repository, version }) => ({ name, repository, version })),
    digest: lockDigest(wanted, locked),
    generated: new Date().toISOString(),
  };
  return emitYaml(lock, { style: "kubernetes" });
}

function refused(message: string): InputError {
  return new InputError(message, { code: "HELM_DEPENDENCIES" });
}
